import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';

const NAMES = Object.keys(METRICS);

describe('the metrics of the contract', () => {
  it.each(NAMES)('%s is recorded somewhere in the service', (name) => {
    const sources = globSync('service/**/*.ts', { exclude: ['service/contract/**'] });
    const recording = sources.filter((path) => readFileSync(path, 'utf8').includes(`'${name}'`));
    expect(recording).not.toEqual([]);
  });

  it.each(Object.entries<MetricDefinition>(METRICS))(
    '%s has a name and a dimension that CloudWatch takes',
    (name, { dimension }) => {
      expect(name).toMatch(/^[A-Z][A-Za-z]{0,254}$/);
      if (dimension !== undefined) expect(dimension).toMatch(/^[A-Z][A-Za-z]{0,254}$/);
      expect(dimension).not.toBe(SERVICE_DIMENSION.name);
    },
  );
});

describe('docs/metrics.md', () => {
  const document = readFileSync('docs/metrics.md', 'utf8');

  it('names namespace and dimension', () => {
    expect(document).toContain(`\`${METRIC_NAMESPACE}\``);
    expect(document).toContain(`\`${SERVICE_DIMENSION.name}\` (\`${SERVICE_DIMENSION.value}\`)`);
  });

  it('has a row for every metric of the contract and no other', () => {
    const rows = [...document.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(rows).toEqual(NAMES);
  });
});
