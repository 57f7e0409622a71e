import { describe, expect, it } from '@jest/globals';
import type { MeasuredModel } from '../../bench/added-models/measurements.ts';
import type { CurvePoint } from '../../bench/curve.ts';
import type { Machine } from '../../bench/machine.ts';
import { addedModelsTables, formatsTable } from '../../bench/report/added-models-tables.ts';
import { expectations } from '../../bench/report/expectations.ts';
import { performanceParts } from '../../bench/report/performance.ts';
import type {
  AddedModelsRun,
  Published,
  PublishedRun,
  ScalingRun,
} from '../../bench/report/published.ts';
import type { ResultRow } from '../../bench/report/results-file.ts';
import { scalingTables, straightLine } from '../../bench/report/scaling-tables.ts';
import type { Point } from '../../bench/scaling/measurements.ts';
import { summarize } from '../../bench/statistics.ts';

const machine: Machine = {
  cpu: 'Some CPU',
  vcpus: 2,
  flags: ['avx2'],
  memoryGiB: 8,
  node: 'v24.0.0',
  onnxruntime: '1.30.0',
  commit: 'abc1234',
  busyAtStart: 0.01,
};

function row(id: string, value: number, model: ResultRow['model'] = 'roberta'): ResultRow {
  return {
    id,
    model,
    title: `measure ${id}`,
    method: `method ${id}`,
    better: 'higher',
    floor: 0.95,
    aim: 1.15,
    unit: 'ratio',
    gate: false,
    verdict: 'floor held',
    kind: 'measured',
    summary: summarize([value]),
    measurement: { rounds: [value], details: { 'service predictions/s': 100 * value } },
  };
}

function run(name: string, results: readonly ResultRow[]): PublishedRun {
  return { name, startedAt: name, machine, results, curves: {}, soaks: {} };
}

const points = (values: Readonly<Record<number, number>>): Point[] =>
  Object.entries(values).map(([at, value]) => ({ at: Number(at), summary: summarize([value]) }));

const SCALING: ScalingRun = {
  name: 'scaling-x',
  startedAt: 'x',
  machine,
  models: {
    minilm: {
      tokens: points({ 8: 1, 16: 2, 32: 4, 256: 100 }),
      batch: points({ 1: 3, 2: 2.5 }),
      workers: points({ 1: 300, 2: 600 }),
    },
  },
};

const parts = (published: Partial<Published>) =>
  performanceParts({ runs: [], scaling: null, addedModels: null, ...published });

describe('the tables of benchmarks', () => {
  it('take each result from the last run that has it, in the order of their numbers', () => {
    const { benchmarks } = parts({
      runs: [run('one', [row('B10', 1), row('B2', 1)]), run('two', [row('B2', 1.1)])],
    });
    expect(benchmarks.match(/^\| B\d+ .*$/gm)).toEqual([
      expect.stringContaining('| B2 | measure B2 | 1.1 |'),
      expect.stringContaining('| B10 | measure B10 | 1 |'),
    ]);
  });

  it('say which machine and commit each run was made on', () => {
    const { benchmarks } = parts({ runs: [run('one', [row('B1', 1)])] });
    expect(benchmarks).toContain('`bench/results/one.json`: 2 vCPU Some CPU (avx2)');
    expect(benchmarks).toMatch(/commit abc1234; 1 % busy before it$/m);
  });

  it('set the gates of several runs side by side', () => {
    const gate = (value: number) => ({ ...row('B1', value), gate: true });
    const one = run('one', [gate(1.2), row('B2', 1)]);
    expect(parts({ runs: [one, run('two', [row('B2', 1)])] }).benchmarks).not.toContain('by run');
    const { benchmarks } = parts({ runs: [one, run('two', [gate(1.1)])] });
    expect(benchmarks).toContain(
      '| **B1** | 1.2 (1.2 – 1.2), floor held | 1.1 (1.1 – 1.1), floor held |',
    );
    expect(benchmarks).not.toContain('**B2**');
  });

  it('name what was not measured, and how the rest was', () => {
    const { benchmarks } = parts({ runs: [run('one', [row('B1', 1), row('B8a', 2)])] });
    expect(benchmarks).toContain('Not in these runs: B2, B3, B4, B5, B6, B7, B9, B10,');
    expect(benchmarks).toMatch(/, B16, B17, B18, B19\.$/m);
    expect(benchmarks).toContain('- B8a: method B8a.');
  });

  it('set the service beside other servers', () => {
    const load = {
      connections: 16,
      perSecond: summarize([1000, 900, 1100]),
      p50Ms: summarize([10]),
      p99Ms: summarize([20, 30, 40]),
      failed: 2,
    };
    const row = { title: 'a server', loads: [load], mebibytes: summarize([300]) };
    const peers = { minilm: [row] };
    const { benchmarks } = parts({ runs: [{ ...run('one', []), peers }, run('two', [])] });
    expect(benchmarks).toContain(
      '| server | requests/s, 16 connections | p50 / p99 in ms | MiB (PSS) |',
    );
    expect(benchmarks).toContain(
      '| a server | 1000 (900 – 1100), 2 failed | 10 / 30 (20 – 40) | 300 (300 – 300) |',
    );
  });

  it('tell of a long overload what was kept and what was not', () => {
    const conditions = [
      { what: 'memory is flat', holds: true },
      { what: 'no request was lost', holds: false },
    ];
    const soaks = { minilm: { details: { seconds: 600 }, conditions } };
    const { benchmarks } = parts({ runs: [{ ...run('one', []), soaks }] });
    expect(benchmarks).toContain(
      '- seconds: 600\n- kept: memory is flat\n- NOT kept: no request was lost',
    );
  });
});

describe('the curves', () => {
  it('are those of the last run that has one', () => {
    const point = (offeredPerSecond: number): CurvePoint => ({
      load: 1,
      offeredPerSecond,
      goodputPerSecond: 1,
      refusedPerSecond: 0,
      p50Ms: 1,
      p99Ms: 2,
    });
    const one = { ...run('one', []), curves: { minilm: [point(111)] } };
    const two = { ...run('two', []), curves: { minilm: [point(222)] } };
    const { curves } = parts({ runs: [one, two, run('three', [])] });
    expect(curves).toContain('| 100 % | 222 | 1 | 0 | 1 | 2 |');
    expect(curves).toContain('![embedded model (MiniLM, row-wise INT8)](images/');
    expect(curves).not.toContain('111');
  });
});

describe('the tables of scaling', () => {
  it('draw a straight line through points that lie on one', () => {
    const { base, slope } = straightLine(
      points({ 4: 5 + 4 * 0.5, 10: 5 + 10 * 0.5, 99: 5 + 49.5 }),
    );
    expect([base, slope]).toEqual([expect.closeTo(5, 9), expect.closeTo(0.5, 9)]);
  });

  it('leave long texts out of the line, where attention is no longer small', () => {
    expect(scalingTables(SCALING)).toContain('row-wise INT8): 0 ms and 0.125 ms a token.');
  });
});

describe('the tables of parts that were not measured', () => {
  it('are left out', () => {
    const { tokens } = SCALING.models.minilm!;
    const text = scalingTables({ ...SCALING, models: { minilm: tokens ? { tokens } : {} } });
    expect(text).toContain('**Tokens.**');
    expect(text).not.toContain('**Workers.**');
  });
});

describe('the tables of added models', () => {
  const summary = summarize([3, 2.5, 3.5]);
  const model: MeasuredModel = {
    weightsBytes: 498_600_000,
    added: {
      seconds: 42.123,
      cpuSeconds: 30,
      peakBytes: 1_000_000_000,
      comparison: { texts: 130, agreementPercent: 99.2, largestDifference: 0.0419 },
    },
    int8: { fileBytes: 128_600_000, cpuMsPerText: 11, predictionsPerSecond: 90 },
    fp32: { fileBytes: 498_600_000, cpuMsPerText: 33, predictionsPerSecond: 30 },
    speedUp: summary,
    texts: 400,
    meanTokens: 30,
  };
  const ADDED: AddedModelsRun = {
    name: 'added-models-x',
    startedAt: 'x',
    machine,
    models: { 'roberta-base': model },
  };

  it('show time and memory of the command beside their limits', () => {
    expect(addedModelsTables(ADDED)).toContain(
      '| roberta-base | 499 MB | 42.1 s (limit 120 s) | 30 s | 1000 MB (limit 1200 MB) |',
    );
  });

  it('compare INT8 with FP32 by size, labels and rate', () => {
    const table = formatsTable(ADDED);
    expect(table).toContain('| 129 MB | 99.2 % of 130 | 0.0419 | 11 ms | 3 (2.5 – 3.5) |');
    expect(table).toContain('| FP32 | 499 MB |');
  });

  it('leave out what was not measured', () => {
    const added = { ...model.added, peakBytes: null, comparison: null };
    const run = { ...ADDED, models: { 'bert-base': { ...model, added } } };
    expect(addedModelsTables(run)).toMatch(/^\| bert-base \|.*\| – \|$/m);
    expect(addedModelsTables(run)).not.toContain('xlm-roberta-base');
  });

  it('say so when no run is published', () => {
    expect(addedModelsTables(null)).toBe('No added model is published.\n');
  });
});

describe('what to expect of a task', () => {
  it('is the rate of a vCPU times its vCPUs, by B1 before anything else', () => {
    const published = { runs: [run('one', [row('B1', 1.2, 'minilm')])], scaling: SCALING };
    const table = expectations(published);
    expect(table).toContain('60 predictions per second and vCPU, from B1 of `one`');
    expect(table).toMatch(/^\| 4 \| 240 \| 10\.4 \|$/m);
  });

  it('is taken from a soak where there is no B1', () => {
    const soaks = { minilm: { details: { 'capacity/s': 500 }, conditions: [] } };
    const table = expectations({ runs: [{ ...run('one', []), soaks }], scaling: SCALING });
    expect(table).toContain('250 predictions per second and vCPU, the capacity before');
  });

  it('is taken from the count of workers where there is neither', () => {
    const table = expectations({ runs: [], scaling: SCALING });
    expect(table).toContain('300 predictions per second and vCPU, from `scaling-x`');
    expect(table).toMatch(/^\| 16 \| 4800 \|/m);
  });
});
