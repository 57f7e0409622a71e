import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { XTweet, XUser } from '../../service/tweet-source/x-format/tweet.ts';
import { flatAuthor } from './tweet-author.ts';
import { utcTime } from './tweet-time.ts';

const Text = Type.Optional(Type.String());
const Tags = Type.Optional(Type.Array(Type.Object({ text: Type.String() })));
const Entities = Type.Optional(Type.Object({ hashtags: Tags, symbols: Tags }));

/** Readers of JSON round long ids, not `id_str`. */
const Identified = { id_str: Text, id: Type.Optional(Type.Unknown()) };

const Spoken = Type.Object({
  full_text: Text,
  text: Text,
  entities: Entities,
  /** Long texts of the streaming API. */
  extended_tweet: Type.Optional(Type.Object({ full_text: Text, entities: Entities })),
});
type Spoken = Static<typeof Spoken>;

const { author_id, author, topics } = XTweet.properties;

const Archived = Type.Object({
  ...Identified,
  ...Spoken.properties,
  created_at: Text,
  lang: Text,
  /** With an id alone if X was asked to trim it. */
  user: Type.Optional(Type.Object({ ...Identified, screen_name: Text })),
  /** Fields that may have been added. */
  ...{ author_id, author, topics },
});
type Archived = Static<typeof Archived>;

const Retweet = Type.Object({ retweeted_status: Spoken });
const Envelope = Type.Object({ tweet: Type.Object({}) });

/** Without the empty structures that Parquet may have for what is missing. */
const Filled = Type.Object({}, { minProperties: 1 });

/** Fields that no tweet of v2 has. */
const OwnField = Type.Union([
  Type.Object({ id_str: Type.String() }),
  Type.Object({ user: Filled }),
  Type.Object({ extended_tweet: Filled }),
  Type.Object({ retweeted_status: Filled }),
]);

const AuthorOfV2 = Type.Union([
  Type.Object({ author_id: Type.String() }),
  Type.Object({ author: Type.Object({}) }),
]);

/**
 * Checks if a tweet is of X API v1.1 or of an account's archive. With an id as text, it would pass
 * for one of v2, but without its author and its full text.
 */
export function isArchived(value: unknown): boolean {
  return Check(OwnField, unwrapped(value)) && !Check(AuthorOfV2, value);
}

/**
 * A tweet of X API v1.1, or of an account's archive, as one of v2; null for anything else. A
 * retweet has the text of the original.
 */
export function archivedTweet(value: unknown): XTweet | null {
  const given = unwrapped(value);
  if (!Check(OwnField, given) || !Check(Archived, given)) return null;
  const original = Check(Retweet, given) ? wholeOf(given.retweeted_status) : undefined;
  const { text, entities } = original?.text === undefined ? wholeOf(given) : original;
  const tweet = {
    id: idOf(given),
    text,
    ...authorOf(given),
    ...(given.created_at && { created_at: utcTime(given.created_at) }),
    ...(given.lang !== undefined && { lang: given.lang }),
    ...(entities && {
      entities: { hashtags: tagsOf(entities.hashtags), cashtags: tagsOf(entities.symbols) },
    }),
    ...(given.topics && { topics: given.topics }),
  };
  return Check(XTweet, tweet) ? tweet : null;
}

/** An account's archive has each tweet in an envelope. */
function unwrapped(value: unknown): unknown {
  return Check(Envelope, value) ? value.tweet : value;
}

/** Not text if it is missing or rounded. */
function idOf({ id_str, id }: Pick<Archived, 'id_str' | 'id'>): unknown {
  return id_str ?? (Number.isSafeInteger(id) ? String(id) : id);
}

/** The full text, and the entities in it. */
function wholeOf({ extended_tweet, full_text, text, entities }: Spoken) {
  if (extended_tweet?.full_text === undefined) return { text: full_text ?? text, entities };
  return { text: extended_tweet.full_text, entities: extended_tweet.entities };
}

function authorOf(tweet: Archived): object {
  const { user, author_id, author } = tweet;
  if (!user) {
    return { ...(author_id && { author_id }), ...(author && { author }), ...flatAuthor(tweet) };
  }
  const id = idOf(user);
  const named = { id, username: user.screen_name };
  return {
    ...(id !== undefined && { author_id: id }),
    ...(Check(XUser, named) && { author: named }),
  };
}

function tagsOf(tags: readonly { text: string }[] = []): { tag: string }[] {
  return tags.map(({ text }) => ({ tag: text }));
}
