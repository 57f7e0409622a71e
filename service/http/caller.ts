import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type Caller,
  type Deadline,
  deadlineIn,
  type PhaseTimings,
  type RequestContext,
} from '../application/request-context.ts';
import { AbandonedError } from '../domain/errors.ts';

/** The caller of a use case, whose signal is aborted when the client disconnects. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  return new ConnectedCaller(request, reply);
}

/**
 * The context of a use case. The deadline starts now: receiving the request has its own limit.
 */
export function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  deadlineMs: number,
): RequestContext {
  return new ConnectedContext(request, reply, deadlineIn(deadlineMs));
}

/**
 * Makes its signal when it is first asked for: an answer from the feature store needs none.
 *
 * A class: V8 puts the getter of an object literal into its old generation, where it would hold the
 * request until the next full garbage collection.
 */
class ConnectedCaller implements Caller {
  readonly timings: PhaseTimings;
  readonly #reply: FastifyReply;
  #signal: AbortSignal | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.timings = request.trace.timings;
    this.#reply = reply;
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.#reply);
    return this.#signal;
  }
}

class ConnectedContext extends ConnectedCaller implements RequestContext {
  readonly deadline: Deadline;

  constructor(request: FastifyRequest, reply: FastifyReply, deadline: Deadline) {
    super(request, reply);
    this.deadline = deadline;
  }
}

function signalOf({ raw }: FastifyReply): AbortSignal {
  const disconnected = new AbortController();
  const onClose = () => {
    if (!raw.writableFinished) {
      disconnected.abort(new AbandonedError());
    }
  };
  if (raw.closed || raw.destroyed) onClose();
  else raw.once('close', onClose);
  return disconnected.signal;
}
