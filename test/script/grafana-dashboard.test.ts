import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { grafanaDashboard } from '../../script/lib/grafana-dashboard.ts';
import { METRICS, type MetricName } from '../../service/contract/metrics.ts';
import { prometheusMetric } from '../../service/contract/prometheus.ts';

interface Panel {
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

const panels = grafanaDashboard().panels as readonly Panel[];
const targets = panels.flatMap((panel) => panel.targets ?? []);

/** Nodes of a PromQL expression, by Prometheus's own grammar. */
function nodesOf(expression: string): { readonly name: string; readonly text: string }[] {
  const nodes: { name: string; text: string }[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, from, to }) => {
      nodes.push({ name, text: expression.slice(from, to) });
    },
  });
  return nodes;
}

describe('the Grafana dashboard', () => {
  it('has an expression for every metric of the contract, and no other', () => {
    const asked = targets.flatMap(({ expr }) =>
      nodesOf(expr.replace('$__rate_interval', '5m'))
        .filter(({ name }) => name === 'VectorSelector')
        .map(({ text }) => text.replace(/(_bucket)?\{.*$/, '')),
    );
    const known = Object.keys(METRICS).map((name) => prometheusMetric(name as MetricName).name);
    expect([...new Set(asked)].sort()).toEqual(known.sort());
  });

  it.each(targets)('asks in PromQL: $expr', ({ expr }) => {
    const nodes = nodesOf(expr.replace('$__rate_interval', '5m'));
    expect(nodes.filter(({ name }) => name === '⚠')).toEqual([]);
  });

  it('shows panels beside each other, none over another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  it('names the queries of a panel apart', () => {
    for (const panel of panels) {
      const refIds = panel.targets?.map(({ refId }) => refId) ?? [];
      expect(new Set(refIds).size).toBe(refIds.length);
    }
  });
});
