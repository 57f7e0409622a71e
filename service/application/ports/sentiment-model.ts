import type { ModelIdentity, Prediction } from '../../domain/sentiment.ts';
import type { Deadline, RequestContext } from '../request-context.ts';

/** Room in the engine's queue for texts that are still to be read. */
export interface Reservation {
  /** Time that the engine may take for the texts alone (ms), estimated. */
  readonly scoringMs: number;
  /** Gives the room back, unless `predict` has used it; further calls do nothing. */
  release(): void;
}

/** Load of the engine. */
export interface ModelLoad {
  readonly workers: number;
  /** Busy share of the workers over the last seconds, 0 to 1. */
  readonly saturation: number;
  readonly queuedTexts: number;
}

export interface SentimentModel {
  readonly identity: ModelIdentity;
  /** Longest input in tokens, special tokens included; longer inputs are truncated. */
  readonly maxTokens: number;

  /** A label with a smaller margin between the two highest scores is unsure; see `marginOf`. */
  readonly certainMargin: number;

  /** Languages that the model reads; `*` alone if they are unknown. */
  readonly languages: readonly string[];

  /**
   * Reserves room for `count` texts at an estimated cost, so that an overloaded service rejects a
   * request before it pays to read the texts.
   *
   * @throws OverloadedError when the texts could not be answered by the deadline
   */
  reserve(count: number, deadline: Deadline): Reservation;

  /**
   * Scores texts: same length, same order; null if normalization leaves nothing to score.
   * Scores of a text that the model fails on are not finite; see `hasFiniteScores`.
   *
   * @param reservation from this model's `reserve`; settled at the real cost of the texts. Texts
   * with a reservation are never rejected for their cost, only when their deadline passes.
   * @throws OverloadedError when the texts cannot be answered by the deadline
   * @throws AbandonedError when the signal is aborted first
   */
  predict(
    texts: readonly string[],
    context: RequestContext,
    reservation?: Reservation,
  ): Promise<(Prediction | null)[]>;

  /**
   * Numbers of tokens of whole texts, special tokens included: same length, same order.
   *
   * @throws DeadlineExceededError when the deadline passes first
   * @throws AbandonedError when the signal is aborted first
   */
  countTokens(texts: readonly string[], context: RequestContext): Promise<number[]>;

  /**
   * Scores a text and variants of it in one batch, in this order, as `predict` does. Variants are
   * not traffic: they count neither as predictions nor in the drift.
   *
   * @throws OverloadedError when the texts cannot be answered by the deadline
   * @throws AbandonedError when the signal is aborted first
   */
  predictVariants(
    text: string,
    variants: readonly string[],
    context: RequestContext,
  ): Promise<(Prediction | null)[]>;

  load(): ModelLoad;
}
