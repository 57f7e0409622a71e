import { describe, expect, it } from '@jest/globals';
import { TotalingMetrics } from '../../../service/telemetry/totals.ts';

describe('metric totals', () => {
  it('are zero and empty before anything is recorded', () => {
    const totals = new TotalingMetrics();
    expect(totals.total('Requests')).toBe(0);
    expect(totals.byDimension('RequestFailures')).toEqual({});
  });

  it('add up each metric, over all dimension values and for each', () => {
    const totals = new TotalingMetrics();
    totals.record('Requests', 2);
    totals.record('Requests', 3);
    totals.record('RequestFailures', 1, 'not_found');
    totals.record('RequestFailures', 2, 'overloaded');
    totals.record('RequestFailures', 4, 'not_found');
    expect(totals.total('Requests')).toBe(5);
    expect(totals.total('RequestFailures')).toBe(7);
    expect(totals.byDimension('RequestFailures')).toEqual({ not_found: 5, overloaded: 2 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are not spoilt by %d', (value) => {
    const totals = new TotalingMetrics();
    totals.record('Requests', 2);
    totals.record('Requests', value);
    expect(totals.total('Requests')).toBe(2);
  });

  it('hand everything on', () => {
    const recorded: unknown[][] = [];
    const totals = new TotalingMetrics({
      record: (...args: unknown[]) => void recorded.push(args),
    });
    totals.record('Requests', 2);
    totals.record('PhaseLatency', 1.5, 'infer');
    expect(recorded).toEqual([
      ['Requests', 2, ''],
      ['PhaseLatency', 1.5, 'infer'],
    ]);
  });
});
