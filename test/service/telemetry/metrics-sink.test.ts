import { afterEach, expect, it, jest } from '@jest/globals';
import { MetricsServer } from '../../../service/telemetry/metrics-server.ts';
import { openMetricsSink } from '../../../service/telemetry/metrics-sink.ts';
import { RecordedLog } from '../../helpers/fakes.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

it.each([
  ['::1', 'http://[::1]:9510/metrics'],
  ['::', 'http://[::]:9510/metrics'],
  ['127.0.0.1', 'http://127.0.0.1:9510/metrics'],
])('the log names the address of metrics for Prometheus on HOST=%s as a URL', async (host, url) => {
  jest.spyOn(MetricsServer.prototype, 'listen').mockResolvedValue(9_510);
  const log = new RecordedLog();
  const names = { serviceName: 'tweets', revision: undefined, version: '1.2.3' };
  const settings = { kind: 'prometheus', host, port: 0, intervalMs: 1_000, ...names } as const;
  const sink = await openMetricsSink(settings, () => {}, log);
  sink?.close();
  expect(log.lines).toMatchObject([{ message: `metrics: ${url} (METRICS_PORT)` }]);
});
