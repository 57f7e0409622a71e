import { Type } from 'typebox';
import { ERROR_CODES, type ErrorCode, type ServiceError } from '../domain/errors.ts';
import { oneOf } from './schemas/shared.ts';

/** The HTTP status of every error code. */
export const STATUS = {
  invalid_request: 400,
  url_too_long: 400,
  invalid_tweet_url: 400,
  unsupported_host: 400,
  invalid_tweet_id: 400,
  batch_too_large: 400,
  text_too_long: 400,
  unauthorized: 401,
  forbidden: 403,
  tweet_protected: 403,
  not_found: 404,
  tweet_not_found: 404,
  entity_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  body_too_large: 413,
  parameter_too_long: 414,
  unsupported_media_type: 415,
  expectation_failed: 417,
  empty_text: 422,
  unsupported_language: 422,
  text_too_long_for_model: 422,
  not_explainable: 422,
  rate_limited: 429,
  headers_too_large: 431,
  tweet_withheld: 451,
  model_failed: 500,
  internal: 500,
  tweet_source_failed: 502,
  overloaded: 503,
  shutting_down: 503,
  tweet_source_limited: 503,
  feature_store_unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Stable identifier of the problem, derived from its code.' }),
    title: Type.String({ description: 'The code in words.' }),
    status: Type.Integer({ description: 'HTTP status of the code.' }),
    detail: Type.String({ description: 'Explanation of this failure and its remedy.' }),
    code: oneOf(ERROR_CODES, 'Error code for programs; docs/errors.md explains each.'),
    requestId: Type.String({ description: 'X-Request-Id of the answer.' }),
    retryAfterSeconds: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Time after which the same request may succeed.' }),
    ),
    tokens: Type.Optional(
      Type.Integer({ description: 'With text_too_long_for_model: tokens of the text.' }),
    ),
    maxTokens: Type.Optional(
      Type.Integer({ description: 'With text_too_long_for_model: tokens that the model reads.' }),
    ),
    exceedsDeadline: Type.Optional(
      Type.Boolean({
        description:
          'True, with overloaded: the work of the request exceeds its deadline. Send fewer texts or tweets in a request.',
      }),
    ),
    didYouMean: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Stored topics of the same name with another prefix: #, $ or none.',
      }),
    ),
  },
  {
    $id: 'Problem',
    description: 'Problem document (RFC 9457).',
  },
);

/** The problem document of an error. */
export function problemOf(error: ServiceError, requestId: string) {
  const title = error.code.replaceAll('_', ' ');
  return {
    type: `urn:tweet-sentiment-service:error:${error.code}`,
    title: title.charAt(0).toUpperCase() + title.slice(1),
    status: STATUS[error.code],
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.retryAfterSeconds !== undefined && {
      retryAfterSeconds: retryAfter(error.retryAfterSeconds),
    }),
    ...error.extensions,
  };
}

/** Whole seconds, at least 1, as in the Retry-After header. */
export function retryAfter(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}
