import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type ErrorCode, ServiceError } from '../../domain/errors.ts';
import { explainFrameworkError } from '../framework-errors.ts';

/** The one place that knows which HTTP status an error gets. */
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
  empty_text: 422,
  rate_limited: 429,
  headers_too_large: 431,
  tweet_withheld: 451,
  internal: 500,
  tweet_source_failed: 502,
  overloaded: 503,
  shutting_down: 503,
  tweet_source_limited: 503,
  feature_store_unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** A problem document of RFC 9457. */
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
      retryAfterSeconds: wholeSeconds(error.retryAfterSeconds),
    }),
  };
}

/** Answers a request with an error, in the words of the protocol that its path speaks. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (isGone(request, reply)) {
    reply.hijack();
    return;
  }
  const error = toServiceError(thrown);
  logCause(error, request);
  request.trace.failure = error.code;
  reply.code(STATUS[error.code]);
  if (error.retryAfterSeconds !== undefined) {
    reply.header('retry-after', wholeSeconds(error.retryAfterSeconds));
  }
  if (/^\/v2(?:[/?]|$)/.test(request.url)) {
    reply.type('application/json').send({ error: error.message });
  } else {
    reply.type('application/problem+json').send(problemOf(error, request.id));
  }
}

/** An error that can be shown. What is unknown becomes opaque, with the original as its cause. */
function toServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  return (
    explainFrameworkError(thrown) ??
    new ServiceError(
      'internal',
      'The service failed unexpectedly; its log names the failure by this request id.',
      false,
      { cause: thrown },
    )
  );
}

function logCause(error: ServiceError, request: FastifyRequest): void {
  if (error.code === 'internal') {
    request.log.error({ err: error.cause ?? error }, 'request failed unexpectedly');
  } else if (error.cause !== undefined) {
    request.log.warn({ code: error.code, err: error.cause }, 'request failed');
  }
}

/** Nobody is there to read an answer: the connection was lost, maybe while the body arrived. */
function isGone(request: FastifyRequest, reply: FastifyReply): boolean {
  return reply.raw.destroyed || (request.raw.destroyed && !request.raw.complete);
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}

export const errorHandler = fp(
  async (app) => {
    app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  },
  { name: 'error-handler', dependencies: ['request-trace'] },
);
