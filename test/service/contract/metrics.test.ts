import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  REVISION_DIMENSION,
  SERVICE_DIMENSION,
} from '../../../service/contract/metrics.ts';

const NAMES = Object.keys(METRICS);

describe('the metrics of the contract', () => {
  it.each(NAMES)('%s is recorded somewhere in the service', (name) => {
    const sources = globSync('service/**/*.ts', { exclude: ['service/contract/**'] });
    const call = new RegExp(`\\brecord\\(\\s*'${name}'`);
    const recording = sources.filter((path) => call.test(readFileSync(path, 'utf8')));
    expect(recording).not.toEqual([]);
  });

  it.each(Object.entries<MetricDefinition>(METRICS))(
    '%s has a name and a dimension that CloudWatch takes',
    (name, { dimension }) => {
      expect(name).toMatch(/^[A-Z][A-Za-z]{0,254}$/);
      if (dimension !== undefined) expect(dimension).toMatch(/^[A-Z][A-Za-z]{0,254}$/);
      expect([SERVICE_DIMENSION, REVISION_DIMENSION]).not.toContain(dimension);
    },
  );
});

describe('docs/metrics.md', () => {
  const document = readFileSync('docs/metrics.md', 'utf8');

  it('names namespace and dimensions', () => {
    for (const name of [METRIC_NAMESPACE, SERVICE_DIMENSION, REVISION_DIMENSION]) {
      expect(document).toContain(`\`${name}\``);
    }
  });

  it('has a row for every metric of the contract and no other (npm run docs)', () => {
    const rows = [...document.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(rows).toEqual(NAMES);
  });
});
