import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../domain/errors.ts';
import { explainFrameworkError } from './framework-errors.ts';
import { problemOf, retryAfter, STATUS } from './problem.ts';

/** Answers a request with an error, in the format of the protocol of its path. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (isDisconnected(request, reply)) {
    reply.hijack();
    return;
  }
  const error = toServiceError(thrown);
  logCause(error, request);
  request.trace.failure = error.code;
  reply.code(STATUS[error.code]);
  if (error.retryAfterSeconds !== undefined) {
    reply.header('retry-after', retryAfter(error.retryAfterSeconds));
  }
  if (/^\/v2(?:[/?]|$)/.test(request.url)) {
    // As bytes, so that Fastify adds no charset: kserve compares the whole Content-Type.
    const body = Buffer.from(JSON.stringify({ error: error.message }));
    reply.header('content-type', 'application/json').send(body);
  } else {
    reply.type('application/problem+json').send(problemOf(error, request.id));
  }
}

/** Hides unknown errors behind `internal`, with the original as the cause. */
function toServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  return (
    explainFrameworkError(thrown) ??
    new ServiceError(
      'internal',
      'The service failed unexpectedly; find the error in its log by this request id.',
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

/** True if the connection was lost, also while the body arrived. */
function isDisconnected(request: FastifyRequest, reply: FastifyReply): boolean {
  return reply.raw.destroyed || (request.raw.destroyed && !request.raw.complete);
}
