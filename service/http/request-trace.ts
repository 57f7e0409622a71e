import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../application/ports/metrics.ts';
import type { Tracer } from '../application/ports/tracer.ts';
import { PhaseTimings } from '../application/request-context.ts';
import { ERROR_CLASS } from '../contract/error-codes.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { traceParentOf } from './trace-parent.ts';

/** Measurements of a request, and its failure. */
export interface RequestTrace {
  /** Arrival or refusal of the body, on the monotonic clock: a slow upload is not the service's latency. */
  receivedMs: number;
  /** Time from then until the answer is ready: a slow download is not either. */
  latencyMs: number;
  readonly timings: PhaseTimings;
  /** Of the caller's `traceparent`, else of the span that is sent; undefined without either. */
  readonly traceId: string | undefined;
  /** Code of the answered problem. */
  failure?: ErrorCode;
}

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace;
  }
  interface FastifyContextConfig {
    /** A health route: never rejected, rate limited or counted, and logged only at debug level. */
    health?: true;
  }
}

export interface TraceSinks {
  readonly metrics: Metrics;
  /** Undefined: no spans are sent. */
  readonly tracer: Tracer | undefined;
  /** Writes one line per request; see `requestLogOf`. */
  readonly requestLog: FastifyBaseLogger;
}

/**
 * The logger for one line per request. It hides no fields by their names, which takes longer than
 * writing the line: the fields are fixed, and none holds a secret or a text. Secrets are still cut
 * out of the line.
 */
export function requestLogOf(logger: FastifyBaseLogger): FastifyBaseLogger {
  return logger.child({}, { redact: [] });
}

/** Starts to trace a request; measures, logs and sends it when it ends. */
export function startTrace(
  request: FastifyRequest,
  reply: FastifyReply,
  { metrics, tracer, requestLog }: TraceSinks,
): void {
  const parent = traceParentOf(request.headers.traceparent);
  const span = isHealth(request) ? undefined : tracer?.start(request.method, parent);
  const startedMs = performance.now();
  request.trace = {
    receivedMs: startedMs,
    latencyMs: 0,
    timings: new PhaseTimings(),
    traceId: span?.traceId ?? parent?.traceId,
  };
  reply.raw.on('close', () => {
    const elapsedMs = performance.now() - startedMs;
    logRequest(request, reply, elapsedMs, requestLog);
    span?.end({
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.raw.writableFinished ? reply.statusCode : null,
      failure: request.trace.failure,
      phases: request.trace.timings.intervals,
    });
    if (reply.raw.writableFinished && isCounted(request)) {
      record(request.trace, reply.statusCode, metrics);
    }
  });
}

/** Sets the headers of every answer. */
export function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const { trace } = request;
  trace.latencyMs = performance.now() - trace.receivedMs;
  let phases = '';
  for (const [phase, ms] of trace.timings.entries()) {
    phases += `${phase};dur=${ms.toFixed(3)}, `;
  }
  reply.header('x-request-id', request.id);
  reply.header('x-process-time', (trace.latencyMs / 1_000).toFixed(6));
  reply.header('server-timing', `${phases}total;dur=${trace.latencyMs.toFixed(3)}`);
  reply.header('x-content-type-options', 'nosniff');
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
}

/**
 * Logs one line per request, with the pattern of its route: the URL may hold private data. Its time
 * includes the upload and the download, as the client sees it.
 */
function logRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  elapsedMs: number,
  requestLog: FastifyBaseLogger,
): void {
  const fields = {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.raw.writableFinished ? reply.statusCode : null,
    ms: Math.round(elapsedMs * 1_000) / 1_000,
    code: request.trace.failure,
    traceId: request.trace.traceId,
  };
  const level = isHealth(request) ? 'debug' : 'info';
  requestLog[level](fields, reply.raw.writableFinished ? 'request' : 'request abandoned');
}

function isHealth(request: FastifyRequest): boolean {
  return request.routeOptions.config?.health === true;
}

function isCounted(request: FastifyRequest): boolean {
  return /^\/v[12](?:[/?]|$)/.test(request.url) && !isHealth(request);
}

function record(trace: RequestTrace, status: number, metrics: Metrics): void {
  metrics.record('Requests', 1);
  if (status >= 500) metrics.record('ServerErrors', 1);
  metrics.record('RequestLatency', trace.latencyMs);
  for (const [phase, ms] of trace.timings.entries()) metrics.record('PhaseLatency', ms, phase);
  if (!trace.failure) return;
  metrics.record('RequestFailures', 1, trace.failure);
  if (ERROR_CLASS[trace.failure] === 'own') metrics.record('OwnFailures', 1);
}
