import { type Static, Type } from 'typebox';
import { ID, USERNAME } from '../../contract/forms.ts';
import { isoTimeMs } from '../../contract/iso-time.ts';
import { languageOf } from '../../domain/language.ts';
import { LAST_SNOWFLAKE_MS, snowflakeTimeMs } from '../../domain/snowflake.ts';
import {
  extractTopics,
  MAX_TOPIC_CHARACTERS,
  MAX_TOPICS,
  normalizeTopics,
} from '../../domain/topics.ts';
import type { Tweet } from '../../domain/tweet.ts';
import { normalizeTweetId } from '../../domain/tweet-url.ts';

/** X's longest post has 25,000 characters, and `&` arrives as `&amp;`. */
const MAX_ESCAPED_TEXT_CHARACTERS = 125_000;

/** X started in March 2006. */
const FIRST_TWEET_MS = Date.UTC(2006, 2, 1);

/** Patterns of X's identifiers. Leading zeros of a tweet's id are dropped, as in URLs and paths. */
export const X_PATTERNS = {
  id: `^${ID}$`,
  tweetId: '^0*[1-9][0-9]*$',
  username: `^${USERNAME}$`,
} as const;

const XId = Type.String({ pattern: X_PATTERNS.id });

const XTweetId = Type.String({ pattern: X_PATTERNS.tweetId, maxLength: 19 });

/** Longest time of a tweet, in any form. */
export const MAX_TIME_CHARACTERS = 40;

const XTime = Type.String({
  maxLength: MAX_TIME_CHARACTERS,
  description: 'With its zone, such as 2021-11-15T19:08:05.000Z',
});

const XTag = Type.Object({ tag: Type.String({ maxLength: 500 }) });

const XEntities = Type.Object({
  hashtags: Type.Optional(Type.Array(XTag, { maxItems: 10_000 })),
  cashtags: Type.Optional(Type.Array(XTag, { maxItems: 10_000 })),
});

const XNote = Type.Object({
  text: Type.String({ maxLength: MAX_ESCAPED_TEXT_CHARACTERS }),
  entities: Type.Optional(XEntities),
});

/** A user object of X API v2: the fields that are read. */
export const XUser = Type.Object({
  id: XId,
  username: Type.String({ pattern: X_PATTERNS.username }),
});

/** A tweet object of X API v2: the fields that are read; others are ignored. */
export const XTweet = Type.Object({
  id: XTweetId,
  text: Type.String({ maxLength: MAX_ESCAPED_TEXT_CHARACTERS }),
  author_id: Type.Optional(XId),
  author: Type.Optional(XUser),
  created_at: Type.Optional(XTime),
  entities: Type.Optional(XEntities),
  /** Language of the text: a tag of BCP 47, or one of X's own such as `qme`. */
  lang: Type.Optional(Type.String({ maxLength: 35 })),
  /** A long post, by its name in the documentation and by that in the OpenAPI file. */
  note_tweet: Type.Optional(XNote),
  note_post: Type.Optional(XNote),
  referenced_tweets: Type.Optional(
    Type.Array(Type.Object({ type: Type.String({ maxLength: 50 }), id: XId }), { maxItems: 20 }),
  ),
  /** Ids of all versions of the tweet; absent where X was not asked for it, as in v1.1. */
  edit_history_tweet_ids: Type.Optional(Type.Array(XId, { maxItems: 100 })),
  edit_controls: Type.Optional(
    Type.Object({
      editable_until: Type.Optional(XTime),
      is_edit_eligible: Type.Optional(Type.Boolean()),
    }),
  ),
  withheld: Type.Optional(Type.Object({})),
  /** Not X's: additional topics, named by the sender. */
  topics: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_TOPIC_CHARACTERS }), {
      maxItems: MAX_TOPICS,
    }),
  ),
});
export type XTweet = Static<typeof XTweet>;

/** Objects that X sends beside the requested tweets. */
export const XIncludes = Type.Object({
  tweets: Type.Optional(Type.Array(XTweet, { maxItems: 1_000 })),
  users: Type.Optional(Type.Array(XUser, { maxItems: 1_000 })),
});
export type XIncludes = Static<typeof XIncludes>;

/**
 * Converts a tweet of X API v2. Text and topics come from the long post if there is one, and from
 * the original of a retweet if `includes` has it; otherwise a retweet keeps its shortened text. A
 * missing or invalid creation time is derived from the id.
 *
 * @throws CallerError invalid_tweet_id if the id is over 2^63-1
 */
export function tweetFromX(x: XTweet, includes: XIncludes = {}): Tweet {
  const id = normalizeTweetId(x.id);
  const spoken = spokenTweet(x, includes);
  const { text: escaped, entities } = wholePost(spoken);
  const text = unescapeX(escaped);
  const authorId = x.author_id ?? x.author?.id ?? null;
  return {
    id,
    text,
    authorId,
    authorUsername: usernameOf(authorId, x, includes),
    createdAtMs: tweetTimeMs(x.created_at) ?? snowflakeTimeMs(id),
    topics: normalizeTopics([
      ...(x.topics ?? []),
      ...(entities ? tagsOf(entities) : extractTopics(text)),
    ]),
    language: languageOf(spoken.lang),
    editableUntilMs: x.edit_controls?.is_edit_eligible
      ? tweetTimeMs(x.edit_controls.editable_until)
      : null,
  };
}

/** The text of a tweet of X API v2 as `tweetFromX` has it, whatever its id. */
export function textFromX(x: XTweet, includes: XIncludes = {}): string {
  return unescapeX(wholePost(spokenTweet(x, includes)).text);
}

/**
 * Checks if the tweet, or the original of a retweet, is withheld. One country is enough: the
 * service does not know where its answers are read.
 */
export function isWithheld(x: XTweet, includes: XIncludes = {}): boolean {
  return x.withheld !== undefined || spokenTweet(x, includes).withheld !== undefined;
}

/** The tweet whose text is scored: the original of a retweet if it is included. */
function spokenTweet(x: XTweet, includes: XIncludes): XTweet {
  const originalId = x.referenced_tweets?.find(({ type }) => type === 'retweeted')?.id;
  return includes.tweets?.find(({ id }) => id === originalId) ?? x;
}

function wholePost(x: XTweet): XTweet | Static<typeof XNote> {
  return x.note_tweet ?? x.note_post ?? x;
}

function usernameOf(authorId: string | null, x: XTweet, includes: XIncludes): string | null {
  const known = x.author ? [x.author, ...(includes.users ?? [])] : includes.users;
  return known?.find(({ id }) => id === authorId)?.username ?? null;
}

function* tagsOf({ hashtags = [], cashtags = [] }: Static<typeof XEntities>): Generator<string> {
  for (const { tag } of hashtags) yield `#${tag}`;
  for (const { tag } of cashtags) yield `$${tag}`;
}

/** X escapes only these three characters in texts. */
function unescapeX(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name) =>
    name === 'amp' ? '&' : name === 'lt' ? '<' : '>',
  );
}

/**
 * Milliseconds since the epoch of an ISO 8601 time with a zone; null if it is invalid, before X
 * existed or after its last id: serializers write 0001-01-01, 1970-01-01 or 9999-12-31 for no time.
 */
export function tweetTimeMs(time = ''): number | null {
  const ms = isoTimeMs(time);
  return ms === null || ms < FIRST_TWEET_MS || ms > LAST_SNOWFLAKE_MS ? null : ms;
}
