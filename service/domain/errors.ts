/** Every code a problem document can carry; docs/errors.md explains each. */
export const ERROR_CODES = [
  'invalid_request',
  'url_too_long',
  'invalid_tweet_url',
  'unsupported_host',
  'invalid_tweet_id',
  'batch_too_large',
  'text_too_long',
  'body_too_large',
  'unsupported_media_type',
  'method_not_allowed',
  'not_found',
  'parameter_too_long',
  'headers_too_large',
  'request_timeout',
  'unauthorized',
  'forbidden',
  'tweet_not_found',
  'tweet_protected',
  'tweet_withheld',
  'entity_not_found',
  'empty_text',
  'rate_limited',
  'overloaded',
  'shutting_down',
  'tweet_source_failed',
  'tweet_source_limited',
  'feature_store_unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ServiceErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
}

/** A failure the service knows how to explain. Its message is shown to the caller. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;

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
  }
}

/** The request itself is wrong: sending it again cannot help. */
export class InvalidRequestError extends ServiceError {
  constructor(code: ErrorCode, message: string) {
    super(code, message, false);
  }
}

/** The tweet is gone, protected or withheld; what was stored of it is purged. */
export class TweetUnavailableError extends ServiceError {
  constructor(code: 'tweet_not_found' | 'tweet_protected' | 'tweet_withheld', message: string) {
    super(code, message, false);
  }
}

/** Nothing is known of the user or topic whose sentiment was asked for. */
export class EntityNotFoundError extends ServiceError {
  constructor(message: string) {
    super('entity_not_found', message, false);
  }
}

/** Preprocessing left no token to score, as with a text of control characters only. */
export class EmptyTextError extends ServiceError {
  constructor(message: string) {
    super('empty_text', message, false);
  }
}

/** The engine cannot answer within the request's deadline and refused, or gave up, in time. */
export class OverloadedError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions & { retryAfterSeconds: number }) {
    super('overloaded', message, true, options);
  }
}

/** The process is draining: another one answers. */
export class ShuttingDownError extends ServiceError {
  constructor() {
    super('shutting_down', 'This instance is shutting down; send the request again.', true, {
      retryAfterSeconds: 1,
    });
  }
}

/** The tweet source failed, timed out or answered nonsense. */
export class TweetSourceFailedError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super('tweet_source_failed', message, true, options);
  }
}

/** The tweet source's rate limit, or our own daily read budget, is used up. */
export class TweetSourceLimitedError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions & { retryAfterSeconds: number }) {
    super('tweet_source_limited', message, true, options);
  }
}

/** The feature store is down or slow. Inference routes never show it: they recompute. */
export class FeatureStoreUnavailableError extends ServiceError {
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super('feature_store_unavailable', message, true, { retryAfterSeconds: 1, ...options });
  }
}

/** Every caller has gone before the answer was there: nobody sees this error. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** The service cannot start: wrong configuration or a model file that is not what the manifest says. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
