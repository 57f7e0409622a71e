import type { XIncludes, XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import type { Progress } from '../kit/state-file.ts';

/** Tweets of one request to the service. */
export interface Batch {
  readonly tweets: readonly XTweet[];
  readonly includes?: XIncludes;
  /** Position of each tweet in its file: `line 41`. */
  readonly places?: readonly string[];
  /** Start of the next batch, where a stopped run continues. */
  readonly cursor: string;
}

/** Called for each entry of a source that is not a tweet, with its position and the reason. */
export type LeaveOut = (place: string, reason: string) => void;

/** Source of tweets. */
export interface Supply {
  /** Shown to the user. */
  readonly name: string;
  /** Identifies its tweets; a part of the key in the state file. */
  readonly job: string;
  /** Upper bound of the number of tweets. */
  readonly total: number;
  /** False for progress that a run cannot continue: it starts over. Absent, each can be continued. */
  readonly canContinue?: (from: Progress) => boolean;
  /** Batches after those that an earlier run has sent. @throws CliError */
  batches(from: Progress | undefined, leaveOut: LeaveOut): AsyncIterable<Batch>;
}

/** Highest number of tweets in one request. */
export const BATCH_SIZE = 100;
