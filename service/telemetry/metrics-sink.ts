import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import { httpOrigin } from '../contract/http.ts';
import type { MetricName } from '../contract/metrics.ts';
import { StartupError } from '../domain/errors.ts';
import { EmfMetrics } from './emf-metrics.ts';
import { MetricsServer } from './metrics-server.ts';

export interface MetricsSettings {
  readonly kind: 'emf' | 'prometheus' | 'off';
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly serviceName: string;
  readonly revision: string | undefined;
  readonly version: string;
}

/** Destination of metrics, until it is closed. */
export interface MetricsSink extends Metrics {
  close(): void;
}

/**
 * Opens the sink that METRICS selects; undefined: none.
 *
 * @param write Writes one line to the output of the log.
 * @throws StartupError if METRICS_PORT cannot be bound
 */
export async function openMetricsSink(
  settings: MetricsSettings,
  write: (line: string) => void,
  logger: Logger,
): Promise<MetricsSink | undefined> {
  switch (settings.kind) {
    case 'off':
      return undefined;
    case 'emf':
      return new EmfMetrics({ ...settings, write, logger });
    case 'prometheus':
      return servePrometheus(settings, logger);
  }
}

async function servePrometheus(settings: MetricsSettings, logger: Logger): Promise<MetricsSink> {
  const { host, port } = settings;
  // Imported on demand: other deployments do not load the library.
  const { PrometheusMetrics } = await import('./prometheus-metrics.ts');
  const metrics = new PrometheusMetrics(settings);
  const server = new MetricsServer(metrics);
  try {
    const bound = await server.listen(host, port);
    logger.info({}, `metrics: ${httpOrigin(host, bound)}/metrics (METRICS_PORT)`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `Cannot serve metrics on HOST=${host}, METRICS_PORT=${port}: ${reason}. Choose another METRICS_PORT or end what uses it.`,
      { cause: error },
    );
  }
  return {
    record: (name: MetricName, value: number, dimensionValue?: string) =>
      metrics.record(name, value, dimensionValue),
    close: () => server.close(),
  };
}
