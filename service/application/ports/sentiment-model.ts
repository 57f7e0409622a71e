import type { ModelIdentity, Prediction } from '../../domain/sentiment.ts';
import type { Deadline, RequestContext } from '../request-context.ts';

/** Room held in the engine's queue for texts that are not known yet. */
export interface Reservation {
  /** Gives the room back; further calls do nothing. */
  release(): void;
}

/** How busy the engine is. */
export interface ModelLoad {
  readonly workers: number;
  /** Busy share of the workers over the last seconds, 0 to 1. */
  readonly saturation: number;
  readonly queuedTexts: number;
}

export interface SentimentModel {
  readonly identity: ModelIdentity;
  /** Longest input in tokens, special tokens included; what is longer is truncated. */
  readonly maxTokens: number;

  /**
   * Holds room for `count` texts that are still to be read, at an estimated cost, so that an
   * overloaded service refuses before it pays for a read.
   *
   * @throws OverloadedError when they could not be answered by the deadline.
   */
  reserve(count: number, deadline: Deadline): Reservation;

  /**
   * Scores texts: same length, same order; null where normalisation leaves nothing to score.
   * A given reservation is exchanged for the real cost.
   *
   * @throws OverloadedError when the texts cannot be answered by the deadline.
   * @throws AbandonedError when the signal is aborted first.
   */
  predict(
    texts: readonly string[],
    context: RequestContext,
    reservation?: Reservation,
  ): Promise<(Prediction | null)[]>;

  load(): ModelLoad;
}
