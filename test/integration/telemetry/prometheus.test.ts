/** GET /metrics, read by Python's prometheus_client with its strict parser of OpenMetrics. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { METRICS, type MetricName } from '../../../service/contract/metrics.ts';
import { prometheusMetric } from '../../../service/contract/prometheus.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const PYTHON = resolve('.tools/http-clients/bin/python');

const PARSE = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.read())
print(json.dumps([[f.name, f.type, f.documentation] for f in families]))
`;

const isInstalled = hasParser();
if (!isInstalled) {
  const reason = '.tools/http-clients has no prometheus_client; script/test installs it';
  process.stdout.write(`Skipped: the parser of Prometheus. ${reason}\n`);
}

(isInstalled ? it : it.skip)(
  'prometheus_client reads every metric with its type and help',
  async () => {
    const service = await ServiceProcess.start({
      TWEET_SOURCE: 'fixture',
      METRICS: 'prometheus',
      METRICS_PORT: '0',
    });
    try {
      await service.post('/v1/inference', { texts: ['great', 'ein großer Spaß'] });
      await service.tweet('https://x.com/i/status/1460323737035677698');
      const port = /metrics: http:\/\/[^:]+:(\d+)\/metrics/.exec(service.output)?.[1];
      const exposition = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const families = await parse(exposition);
      for (const name of Object.keys(METRICS) as MetricName[]) {
        const { name: full, type, help } = prometheusMetric(name);
        expect(families).toContainEqual([full.replace(/_total$/, ''), type, help]);
      }
    } finally {
      await service.stop();
    }
  },
);

function hasParser(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import prometheus_client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function parse(exposition: string): Promise<string[][]> {
  const parser = spawn(PYTHON, ['-c', PARSE], { stdio: ['pipe', 'pipe', 'inherit'] });
  parser.stdin.end(exposition);
  const [[code], output] = await Promise.all([once(parser, 'close'), text(parser.stdout)]);
  expect(code).toBe(0);
  return JSON.parse(output) as string[][];
}
