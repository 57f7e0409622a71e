import {
  type Attributes,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../application/ports/logger.ts';
import type { RequestEnd, RequestSpan, TraceParent, Tracer } from '../application/ports/tracer.ts';
import type { Phase } from '../application/request-context.ts';
import { waitAtMost } from '../application/wait-at-most.ts';
import { ReportingExporter } from './reporting-exporter.ts';

export interface OtlpTracerOptions {
  /** Base address of the collector: spans go to /v1/traces below it. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly featureStore: string;
  readonly tweetSource: string;
  readonly logger: Logger;
}

/** Spans that wait for their export; further ones are dropped. */
const MAX_QUEUED_SPANS = 2_048;
const EXPORT_INTERVAL_MS = 1_000;
const EXPORT_TIMEOUT_MS = 5_000;

/** Longest time at the end for spans that have not been sent. */
const CLOSE_MS = 2_000;

/** Sends a span for each request, with one for each of its phases, by OpenTelemetry's protocol. */
export class OtlpTracer implements Tracer {
  readonly #provider: TracerProvider;
  readonly #tracer: OtelTracer;
  readonly #phases: Readonly<Partial<Record<Phase, Attributes>>>;

  constructor(options: OtlpTracerOptions) {
    const exporter = new OTLPTraceExporter({
      url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': options.serviceName,
        'service.version': options.serviceVersion,
      }),
      // A caller that samples decides for its own requests.
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new ReportingExporter(exporter, options.logger),
          maxQueueSize: MAX_QUEUED_SPANS,
          scheduledDelayMillis: EXPORT_INTERVAL_MS,
          exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer(options.serviceName, options.serviceVersion);
    this.#phases = {
      store: { 'db.system.name': options.featureStore },
      source: { 'peer.service': options.tweetSource },
    };
  }

  start(method: string, parent: TraceParent | undefined): RequestSpan {
    const span = this.#tracer.startSpan(
      method,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } },
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent)),
    );
    return {
      traceId: span.spanContext().traceId,
      end: (end) => this.#end(span, end),
    };
  }

  /** Sends the last spans, in bounded time. A collector that is down is not a failure. */
  async close(): Promise<void> {
    const closed = waitAtMost(this.#provider.shutdown(), {
      ms: CLOSE_MS,
      onLate: () => new Error(`not done within ${CLOSE_MS} ms`),
    });
    await closed.catch(() => undefined);
  }

  #end(span: Span, { method, route, status, failure, phases }: RequestEnd): void {
    if (route !== null) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
    if (status !== null) span.setAttribute('http.response.status_code', status);
    const error = failure ?? (status === null ? 'client_disconnected' : undefined);
    if (error !== undefined) span.setAttribute('error.type', error);
    if (status !== null && status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    this.#addPhases(span, phases);
    span.end();
  }

  /** Adds spans of the phases. Their monotonic times are converted by the current time. */
  #addPhases(span: Span, phases: RequestEnd['phases']): void {
    if (!span.isRecording()) return;
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const offsetMs = Date.now() - performance.now();
    for (const { phase, startMs, endMs } of phases) {
      const attributes = this.#phases[phase];
      const kind = attributes ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const startTime = offsetMs + startMs;
      this.#tracer
        .startSpan(phase, { kind, startTime, ...(attributes && { attributes }) }, context)
        .end(offsetMs + endMs);
    }
  }
}

function remote({ traceId, spanId, isSampled }: TraceParent) {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return { traceId, spanId, traceFlags, isRemote: true };
}
