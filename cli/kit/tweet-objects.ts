import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { parseXLookup } from '../../service/tweet-source/x-format/lookup.ts';
import { type XIncludes, XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { withoutNulls } from '../../service/tweet-source/x-format/without-nulls.ts';
import { archivedTweet, isArchived } from './archived-tweet.ts';
import { flatAuthor } from './tweet-author.ts';
import { utcTime } from './tweet-time.ts';

const { id, text, entities, lang, note_tweet, note_post, withheld } = XTweet.properties;

/** The original of a retweet, as `twarc2 flatten` writes it into the retweet. */
const Original = Type.Object({
  type: Type.Literal('retweeted'),
  ...{ id, text, entities, lang, note_tweet, note_post, withheld },
});
type Original = Static<typeof Original>;

/** A page on which X found no tweets. */
const EmptyPage = Type.Union([
  Type.Object({ meta: Type.Object({ result_count: Type.Literal(0) }) }),
  Type.Object({ errors: Type.Array(Type.Object({ title: Type.String() }), { minItems: 1 }) }),
]);

/** A tweet in a file. */
export interface TweetObject {
  /** As it is in the file. */
  readonly source: object;
  /** Null when it lacks an id or a text. */
  readonly tweet: XTweet | null;
}

export interface TweetObjects {
  readonly tweets: readonly TweetObject[];
  /** Authors and originals of retweets that came with the tweets. */
  readonly includes?: XIncludes;
}

/**
 * The tweets of a JSON value: a tweet of X API v2, a page of its answers, as twarc writes one a
 * line, a tweet that twarc flattened, or a tweet of the v1.1 format, as in archives.
 *
 * @returns null when the value is none of these
 */
export function tweetObjects(value: unknown): TweetObjects | null {
  if (!isObject(value)) return null;
  const data = Reflect.get(value, 'data');
  if (isObject(data)) {
    const sources = (Array.isArray(data) ? data : [data]).filter(isObject);
    const { includes } = parseXLookup(value);
    return { tweets: sources.map((source) => ({ source, tweet: tweetOf(source) })), includes };
  }
  if (Check(EmptyPage, value)) return { tweets: [] };
  const tweet = tweetOf(value);
  return tweet && { tweets: [{ source: value, tweet }] };
}

function tweetOf(source: object): XTweet | null {
  const value = withoutNulls(source);
  if (isArchived(value) || !Check(XTweet, value)) return archivedTweet(value);
  const { created_at, ...tweet } = withOriginal(value);
  return { ...tweet, ...flatAuthor(value), ...(created_at && { created_at: utcTime(created_at) }) };
}

/** A retweet that holds its original has the text of the original. */
function withOriginal(tweet: XTweet): XTweet {
  const original = tweet.referenced_tweets?.find((each): each is Original => Check(Original, each));
  if (!original) return tweet;
  const { text, entities, lang, note_tweet, note_post, withheld, ...own } = tweet;
  return {
    ...own,
    text: original.text,
    ...(original.entities && { entities: original.entities }),
    ...(original.lang !== undefined && { lang: original.lang }),
    ...(original.note_tweet && { note_tweet: original.note_tweet }),
    ...(original.note_post && { note_post: original.note_post }),
    ...((withheld ?? original.withheld) && { withheld: {} }),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
