import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { OutageLog } from '../application/outage-log.ts';
import type { Logger } from '../application/ports/logger.ts';

/** Logs the outage of the collector once, and its end; the SDK drops the spans of a failed export. */
export class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #outage: OutageLog;

  constructor(exporter: SpanExporter, logger: Logger) {
    this.#exporter = exporter;
    this.#outage = new OutageLog({
      logger,
      failed: 'traces cannot be sent (OTEL_EXPORTER_OTLP_ENDPOINT); they are dropped',
      recovered: 'traces are sent again',
    });
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans as ReadableSpan[], (result) => {
      if (result.error === undefined && result.code === 0) this.#outage.recovered();
      else this.#outage.failed(result.error?.message ?? 'the export failed');
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
