import { Errors, Pointer } from 'typebox/value';
import { type XIncludes, XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { withoutNulls } from '../../service/tweet-source/x-format/without-nulls.ts';
import { isArchived } from '../kit/archived-tweet.ts';
import type { TweetObject } from '../kit/tweet-objects.ts';

/** A line, a CSV record or an element of a file: its tweets, or the reason why it has none. */
export interface FileEntry {
  /** Line in which it begins, from 1. */
  readonly line: number;
  readonly tweets: readonly TweetObject[];
  /** Of a page: authors and originals of retweets. */
  readonly includes?: XIncludes;
  readonly fault?: string;
}

const NOT_A_TWEET = 'is not a tweet: it needs at least an id and a text, as strings';

/** The reason why a value is not a tweet, to follow its place in the file. */
export function faultOf(value: unknown): string {
  const tweet = withoutNulls(value);
  const [error] = isArchived(tweet) ? [] : Errors(XTweet, tweet);
  const path = error?.instancePath ?? '';
  if (['', '/id', '/text'].includes(path)) return NOT_A_TWEET;
  const found = JSON.stringify(Pointer.Get(tweet, path)).slice(0, 60);
  return `is not a tweet: its ${path.slice(1).replaceAll('/', '.')} is not as X writes it, got ${found}`;
}
