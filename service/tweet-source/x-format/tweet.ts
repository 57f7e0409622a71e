import { type Static, Type } from 'typebox';
import { snowflakeTimeMs } from '../../domain/snowflake.ts';
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

const XId = Type.String({ pattern: '^[1-9][0-9]{0,18}$' });

const XTime = Type.String({ maxLength: 40, description: 'Such as 2021-11-15T19:08:05.000Z' });

const XTag = Type.Object({ tag: Type.String({ maxLength: 500 }) });

const XEntities = Type.Object({
  hashtags: Type.Optional(Type.Array(XTag, { maxItems: 10_000 })),
  cashtags: Type.Optional(Type.Array(XTag, { maxItems: 10_000 })),
});

const XNote = Type.Object({
  text: Type.String({ maxLength: MAX_ESCAPED_TEXT_CHARACTERS }),
  entities: Type.Optional(XEntities),
});

/** A user object of X API v2, as far as it is read. */
export const XUser = Type.Object({
  id: XId,
  username: Type.String({ pattern: '^[A-Za-z0-9_]{1,50}$' }),
});

/** A tweet object of X API v2, as far as it is read; its other fields are ignored. */
export const XTweet = Type.Object({
  id: XId,
  text: Type.String({ maxLength: MAX_ESCAPED_TEXT_CHARACTERS }),
  author_id: Type.Optional(XId),
  author: Type.Optional(XUser),
  created_at: Type.Optional(XTime),
  entities: Type.Optional(XEntities),
  /** A long post: the name in the documentation, and the one in the OpenAPI file. */
  note_tweet: Type.Optional(XNote),
  note_post: Type.Optional(XNote),
  referenced_tweets: Type.Optional(
    Type.Array(Type.Object({ type: Type.String({ maxLength: 50 }), id: XId }), { maxItems: 20 }),
  ),
  edit_controls: Type.Optional(
    Type.Object({
      editable_until: Type.Optional(XTime),
      is_edit_eligible: Type.Optional(Type.Boolean()),
    }),
  ),
  withheld: Type.Optional(Type.Object({})),
  /** Not X's: names of topics the sender wants the tweet counted under. */
  topics: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_TOPIC_CHARACTERS }), {
      maxItems: MAX_TOPICS,
    }),
  ),
});
export type XTweet = Static<typeof XTweet>;

/** What X sends beside the tweets asked for. */
export const XIncludes = Type.Object({
  tweets: Type.Optional(Type.Array(XTweet, { maxItems: 1_000 })),
  users: Type.Optional(Type.Array(XUser, { maxItems: 1_000 })),
});
export type XIncludes = Static<typeof XIncludes>;

/**
 * A tweet of X API v2 as the service uses it. The text and the topics are those of the long
 * post where there is one, and of the original where it is a retweet and `includes` holds it;
 * without it a retweet keeps its own shortened text. A creation time that is missing or no time
 * is taken from the id.
 *
 * @throws CallerError invalid_tweet_id when the id is over 2^63-1.
 */
export function tweetFromX(x: XTweet, includes: XIncludes = {}): Tweet {
  const id = normalizeTweetId(x.id);
  const spoken = spokenTweet(x, includes);
  const note = spoken.note_tweet ?? spoken.note_post;
  const { text, entities } = note ?? spoken;
  const unescaped = unescapeX(text);
  const authorId = x.author_id ?? x.author?.id ?? null;
  return {
    id,
    text: unescaped,
    authorId,
    authorUsername: usernameOf(authorId, x, includes),
    createdAtMs: timeMs(x.created_at) ?? snowflakeTimeMs(id),
    topics: normalizeTopics([
      ...(x.topics ?? []),
      ...(entities ? tagsOf(entities) : extractTopics(unescaped)),
    ]),
    editableUntilMs: x.edit_controls?.is_edit_eligible
      ? timeMs(x.edit_controls.editable_until)
      : null,
  };
}

/**
 * Whether X says that the tweet, or the original whose text it repeats, is withheld. One
 * country is enough: the service does not know where its answers are read.
 */
export function isWithheld(x: XTweet, includes: XIncludes = {}): boolean {
  return x.withheld !== undefined || spokenTweet(x, includes).withheld !== undefined;
}

/** The tweet whose words are scored: the original of a retweet, where it is there. */
function spokenTweet(x: XTweet, includes: XIncludes): XTweet {
  const originalId = x.referenced_tweets?.find(({ type }) => type === 'retweeted')?.id;
  return includes.tweets?.find(({ id }) => id === originalId) ?? x;
}

function usernameOf(authorId: string | null, x: XTweet, includes: XIncludes): string | null {
  const known = x.author ? [x.author, ...(includes.users ?? [])] : includes.users;
  return known?.find(({ id }) => id === authorId)?.username ?? null;
}

function* tagsOf({ hashtags = [], cashtags = [] }: Static<typeof XEntities>): Generator<string> {
  for (const { tag } of hashtags) yield `#${tag}`;
  for (const { tag } of cashtags) yield `$${tag}`;
}

/** X escapes these three characters in texts, and no others. */
function unescapeX(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name) =>
    name === 'amp' ? '&' : name === 'lt' ? '<' : '>',
  );
}

/** Milliseconds since the epoch of an ISO 8601 time with its zone; null when it is none. */
function timeMs(time: string | undefined): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(time ?? ''))
    return null;
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? null : ms;
}
