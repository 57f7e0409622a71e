import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, deadlineIn, type RequestContext } from '../application/request-context.ts';
import { AbandonedError } from '../domain/errors.ts';

/**
 * The caller of a use case, whose signal is aborted when the client disconnects. The signal is made
 * when it is first asked for: an answer from the feature store needs none.
 */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  let signal: AbortSignal | undefined;
  return {
    get signal() {
      signal ??= signalOf(reply);
      return signal;
    },
    timings: request.trace.timings,
  };
}

/**
 * The context of a use case. The deadline starts now: receiving the request has its own limit.
 */
export function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  deadlineMs: number,
): RequestContext {
  return Object.assign(callerOf(request, reply), { deadline: deadlineIn(deadlineMs) });
}

function signalOf({ raw }: FastifyReply): AbortSignal {
  const disconnected = new AbortController();
  const onClose = () => {
    if (!raw.writableFinished) {
      disconnected.abort(new AbandonedError('The client left before the answer was ready.'));
    }
  };
  if (raw.closed || raw.destroyed) onClose();
  else raw.once('close', onClose);
  return disconnected.signal;
}
