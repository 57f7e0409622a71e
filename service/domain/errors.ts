import type { ErrorCode } from '../contract/error-codes.ts';

export { ERROR_CODES, type ErrorCode } from '../contract/error-codes.ts';

/** Further members of the problem document of a failure, for programs. */
export interface ProblemExtensions {
  /** Number of tokens of a text, special tokens included. */
  readonly tokens?: number;
  /** Longest input of the model, in tokens. */
  readonly maxTokens?: number;
  /** Stored topics that the caller may have meant. */
  readonly didYouMean?: string[];
  /** The work of the request exceeds its deadline: fewer texts may be answered in time. */
  readonly exceedsDeadline?: boolean;
}

export interface ServiceErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
  readonly extensions?: ProblemExtensions;
}

/** A failure the service knows how to explain. Its message is shown to the caller. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  /** True if the same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly extensions: ProblemExtensions;

  constructor(
    code: ErrorCode,
    message: string,
    retryable: boolean,
    options: ServiceErrorOptions = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.retryable = retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extensions = options.extensions ?? {};
  }
}

type UnavailableTweetCode = 'tweet_not_found' | 'tweet_protected' | 'tweet_withheld';

/** The codes of a `CallerError`: every other code belongs to one of the classes below. */
export type CallerErrorCode = Exclude<
  ErrorCode,
  | UnavailableTweetCode
  | 'entity_not_found'
  | 'empty_text'
  | 'unsupported_language'
  | 'text_too_long_for_model'
  | 'not_explainable'
  | 'rate_limited'
  | 'model_failed'
  | 'overloaded'
  | 'shutting_down'
  | 'tweet_source_failed'
  | 'tweet_source_limited'
  | 'feature_store_unavailable'
  | 'internal'
>;

/** The request is wrong or not allowed: sending it again cannot help. */
export class CallerError extends ServiceError {
  constructor(code: CallerErrorCode, message: string) {
    super(code, message, false);
  }
}

/** The tweet is gone, protected or withheld; its stored rows are purged. */
export class TweetUnavailableError extends ServiceError {
  constructor(code: UnavailableTweetCode, message: string) {
    super(code, message, false);
  }
}

/** The store holds nothing about the requested user or topic. */
export class EntityNotFoundError extends ServiceError {
  constructor(message: string, extensions?: Pick<ProblemExtensions, 'didYouMean'>) {
    super('entity_not_found', message, false, extensions && { extensions });
  }
}

/** Preprocessing left no token to score, as in a text of control characters only. */
export class EmptyTextError extends ServiceError {
  constructor(message: string) {
    super('empty_text', message, false);
  }
}

/** The text has more tokens than the model reads, and the caller does not want it truncated. */
export class TextTooLongForModelError extends ServiceError {
  constructor(figures: { readonly tokens: number; readonly maxTokens: number }) {
    super(
      'text_too_long_for_model',
      `The text has ${figures.tokens} tokens, more than the ${figures.maxTokens} that the model reads; shorten it, or leave out "truncate": false.`,
      false,
      { extensions: figures },
    );
  }
}

/** The text is in a language that the model does not read, and the configuration refuses those. */
export class UnsupportedLanguageError extends ServiceError {
  constructor(message: string) {
    super('unsupported_language', message, false);
  }
}

/** The words of the request's texts cannot be explained: several texts, or too many words. */
export class NotExplainableError extends ServiceError {
  constructor(message: string) {
    super('not_explainable', message, false);
  }
}

/** The model gave a score of one text that is not a finite number, as FP16 graphs do for some inputs. */
export class ModelFailedError extends ServiceError {
  constructor(message: string) {
    super('model_failed', message, false);
  }
}

/** The engine rejected the request, because it has no capacity left within the deadline. */
export class OverloadedError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions & { retryAfterSeconds: number }) {
    super('overloaded', message, true, options);
  }
}

/**
 * The deadline of the request passed before the answer was ready, whichever layer noticed, or its work
 * alone takes longer. The same request may never be answered, so that clients send less in one.
 */
export class DeadlineExceededError extends OverloadedError {
  constructor(options: ServiceErrorOptions = {}) {
    super(
      'Deadline exceeded: the answer is not ready in time; send fewer texts or tweets in a request, or the same again later.',
      { retryAfterSeconds: 1, ...options, extensions: { exceedsDeadline: true } },
    );
  }
}

/** The process is draining: another instance takes new requests. */
export class ShuttingDownError extends ServiceError {
  constructor() {
    super('shutting_down', 'This instance is shutting down; send the request again.', true, {
      retryAfterSeconds: 1,
    });
  }
}

/** The tweet source failed, timed out or sent an invalid answer. */
export class TweetSourceFailedError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super('tweet_source_failed', message, true, options);
  }
}

/** The rate limit of the tweet source, or the configured daily read budget, is used up. */
export class TweetSourceLimitedError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions & { retryAfterSeconds: number }) {
    super('tweet_source_limited', message, true, options);
  }
}

/** The feature store is down or slow. Inference routes recompute instead of answering this. */
export class FeatureStoreUnavailableError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super('feature_store_unavailable', message, true, { retryAfterSeconds: 1, ...options });
  }
}

/** The feature store cannot hold the row of one tweet; others of its batch are stored. */
export class RowRejectedError extends ServiceError {
  constructor(tweetId: string, options: ServiceErrorOptions = {}) {
    super(
      'internal',
      `Tweet ${tweetId} was scored, but its row could not be stored.`,
      false,
      options,
    );
  }
}

/** Every caller disconnected before the answer was ready. No client sees this error. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';

  constructor(message = 'Every caller left before the answer was ready.') {
    super(message);
  }
}

/** The service cannot start: invalid configuration, or a model file that differs from the manifest. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
