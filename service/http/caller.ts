import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, deadlineIn, type RequestContext } from '../application/request-context.ts';
import { AbandonedError } from '../domain/errors.ts';

/** The caller of a use case, whose signal is aborted when the client disconnects. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  const disconnected = new AbortController();
  const onClose = () => {
    if (!reply.raw.writableFinished) {
      disconnected.abort(new AbandonedError('The client left before the answer was ready.'));
    }
  };
  if (reply.raw.closed || reply.raw.destroyed) onClose();
  else reply.raw.once('close', onClose);
  return { signal: disconnected.signal, timings: request.trace.timings };
}

/**
 * The context of a use case. The deadline starts now: receiving the request has its own limit.
 */
export function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  deadlineMs: number,
): RequestContext {
  return { ...callerOf(request, reply), deadline: deadlineIn(deadlineMs) };
}
