import { describe, expect, it } from '@jest/globals';
import { type Benchmark, isGate, type Result, verdictOf } from '../../bench/benchmark.ts';
import { rowOf } from '../../bench/report/results-file.ts';
import { formatNumber, formatResults } from '../../bench/report/table.ts';
import { memoryGrowth } from '../../bench/soak.ts';
import { summarize } from '../../bench/statistics.ts';

const higher: Benchmark = {
  id: 'B1',
  title: 'ours ÷ theirs',
  method: '',
  better: 'higher',
  floor: 0.95,
  aim: 1.15,
  unit: 'ratio',
  gate: 'roberta',
  run: async () => ({ rounds: [], details: {} }),
};
const lower: Benchmark = { ...higher, better: 'lower', floor: 1.1, aim: 1.05 };

function measured(benchmark: Benchmark, value: number, holds = true): Result {
  const measurement = {
    rounds: [value],
    details: { 'ours/s': 123.4 },
    conditions: [{ what: 'every client was answered', holds }],
  };
  const outcome = { kind: 'measured', summary: summarize([value]), measurement } as const;
  return { benchmark, model: 'roberta', outcome };
}

describe('a verdict', () => {
  it.each([
    { benchmark: higher, value: 1.2, verdict: 'aim reached' },
    { benchmark: higher, value: 0.95, verdict: 'floor held' },
    { benchmark: higher, value: 0.94, verdict: 'missed' },
    { benchmark: lower, value: 1.05, verdict: 'aim reached' },
    { benchmark: lower, value: 1.1, verdict: 'floor held' },
    { benchmark: lower, value: 1.11, verdict: 'missed' },
  ])('of $value, better $benchmark.better, is $verdict', ({ benchmark, value, verdict }) => {
    expect(verdictOf(measured(benchmark, value))).toBe(verdict);
  });

  it('is missed when a condition does not hold, whatever the ratio', () => {
    const result = measured(higher, 2, false);
    expect(verdictOf(result)).toBe('missed');
    expect(formatResults([rowOf(result)])).toContain('NOT every client was answered');
  });

  it('is not a number that could hold when the benchmark cannot run', () => {
    const outcome = { kind: 'cannot run', reason: 'BENCH_DATA_DIR is not set' } as const;
    const result: Result = { benchmark: higher, model: 'roberta', outcome };
    expect(verdictOf(result)).toBe('cannot run');
    expect(formatResults([rowOf(result)])).toContain('BENCH_DATA_DIR is not set');
  });

  it('decides the gates on its own model only', () => {
    expect(isGate(measured(higher, 1))).toBe(true);
    expect(isGate({ ...measured(higher, 1), model: 'minilm' })).toBe(false);
  });
});

describe('a number in the table', () => {
  it.each([
    [0.012345, '0.0123'],
    [1.1, '1.1'],
    [1234.5, '1235'],
    [Number.NaN, '–'],
  ])('%d is written %s', (value, written) => {
    expect(formatNumber(value)).toBe(written);
  });
});

describe('memory growth of a soak', () => {
  it('compares the last quarter with the second: the first fills caches', () => {
    const samples = [100, 180, 200, 202, 201, 205, 204, 206];
    expect(memoryGrowth(samples)).toEqual({ beforeMib: 201, afterMib: 205 });
  });
});
