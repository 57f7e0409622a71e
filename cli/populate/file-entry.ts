import type { XIncludes } from '../../service/tweet-source/x-format/tweet.ts';
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
