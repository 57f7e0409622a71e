import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Metrics } from '../../application/ports/metrics.ts';
import { PhaseTimings, type RequestContext } from '../../application/request-context.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** What is known of a request besides what it says. */
export interface RequestTrace {
  /** On the monotonic clock. */
  readonly startedMs: number;
  readonly timings: PhaseTimings;
  /** Code of the problem it was answered with. */
  failure?: ErrorCode;
}

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace;
  }
  interface FastifyContextConfig {
    /** A health route: never refused, limited or counted, and logged at debug level only. */
    health?: true;
  }
}

/** Runs `task` once the response is out, or the client has gone; at once when it already is. */
export function afterResponse(reply: FastifyReply, task: () => void): void {
  if (reply.raw.closed || reply.raw.destroyed) task();
  else reply.raw.once('close', task);
}

/**
 * The context of a request's use case. The deadline counts from here: the time that a client
 * took to send its request has a limit of its own.
 */
export function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  deadlineMs: number,
): RequestContext {
  const gone = new AbortController();
  afterResponse(reply, () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return {
    deadline: { atMs: performance.now() + deadlineMs },
    signal: gone.signal,
    timings: request.trace.timings,
  };
}

/** Starts to trace a request, and measures and logs it when it is over. */
export function startTrace(request: FastifyRequest, reply: FastifyReply, metrics: Metrics): void {
  request.trace = { startedMs: performance.now(), timings: new PhaseTimings() };
  reply.raw.once('close', () => {
    const elapsedMs = performance.now() - request.trace.startedMs;
    logRequest(request, reply, elapsedMs);
    if (reply.raw.writableFinished && isCounted(request)) {
      record(request.trace, reply.statusCode, elapsedMs, metrics);
    }
  });
}

/** The headers of every answer. */
export function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const elapsedMs = performance.now() - request.trace.startedMs;
  const stages = [...request.trace.timings.entries(), ['total', elapsedMs] as const];
  reply.headers({
    'x-request-id': request.id,
    'x-process-time': (elapsedMs / 1_000).toFixed(6),
    'server-timing': stages.map(([stage, ms]) => `${stage};dur=${ms.toFixed(3)}`).join(', '),
    'x-content-type-options': 'nosniff',
  });
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
}

/** One line a request. It names the route's pattern: the URL itself may hold what is private. */
function logRequest(request: FastifyRequest, reply: FastifyReply, elapsedMs: number): void {
  const fields = {
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.raw.writableFinished ? reply.statusCode : null,
    ms: Math.round(elapsedMs * 1_000) / 1_000,
    code: request.trace.failure,
  };
  const level = request.routeOptions.config?.health ? 'debug' : 'info';
  request.log[level](fields, reply.raw.writableFinished ? 'request' : 'request abandoned');
}

function isCounted(request: FastifyRequest): boolean {
  return /^\/v[12](?:[/?]|$)/.test(request.url) && !request.routeOptions.config?.health;
}

function record(trace: RequestTrace, status: number, elapsedMs: number, metrics: Metrics): void {
  metrics.record('Requests', 1);
  if (status >= 500) metrics.record('ServerErrors', 1);
  metrics.record('RequestLatency', elapsedMs);
  for (const [stage, ms] of trace.timings.entries()) metrics.record('StageLatency', ms, stage);
  if (trace.failure) metrics.record('RequestFailures', 1, trace.failure);
}

export const requestTrace = fp<{ metrics: Metrics }>(
  async (app, { metrics }) => {
    app.decorateRequest('trace');
    app.addHook('onRequest', (request, reply, done) => {
      startTrace(request, reply, metrics);
      done();
    });
    app.addHook('onSend', (request, reply, _payload, done) => {
      setCommonHeaders(request, reply);
      done();
    });
  },
  { name: 'request-trace' },
);
