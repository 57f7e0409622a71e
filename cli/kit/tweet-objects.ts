import { Check } from 'typebox/value';
import { parseXLookup } from '../../service/tweet-source/x-format/lookup.ts';
import { type XIncludes, XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { withoutNulls } from '../../service/tweet-source/x-format/without-nulls.ts';
import { archivedTweet } from './archived-tweet.ts';

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
 * line, or a tweet of the v1.1 format, as in archives.
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
  const tweet = tweetOf(value);
  return tweet && { tweets: [{ source: value, tweet }] };
}

function tweetOf(source: object): XTweet | null {
  const value = withoutNulls(source);
  return Check(XTweet, value) ? value : archivedTweet(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
