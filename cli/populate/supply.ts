import type { XIncludes, XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import type { Progress } from '../shared/state-file.ts';

/** Tweets that are sent together: at most what one request to the service may hold. */
export interface Batch {
  readonly tweets: readonly XTweet[];
  readonly includes?: XIncludes;
  /** Where the next batch begins; a run that was stopped goes on from there. */
  readonly cursor: string;
}

/** Somewhere tweets come from. */
export interface Supply {
  /** For people. */
  readonly name: string;
  /** The name of its progress: another one where the progress would not fit. */
  readonly job: string;
  /** How many tweets there will be, at most. */
  readonly total: number;
  /** The batches after those that an earlier run has sent. @throws CliError */
  batches(from?: Progress): AsyncIterable<Batch>;
}

/** What the service takes in one request. */
export const BATCH_SIZE = 100;
