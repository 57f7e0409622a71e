import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../../bench/arguments.ts';
import type { Benchmark } from '../../bench/benchmark.ts';
import { UsageError } from '../../cli/kit/errors.ts';

const base: Omit<Benchmark, 'id'> = {
  title: '',
  method: '',
  better: 'higher',
  floor: 1,
  aim: 1,
  unit: 'ratio',
  run: async () => ({ rounds: [], details: {} }),
};
const all: readonly Benchmark[] = [
  { ...base, id: 'B1', gate: 'roberta' },
  { ...base, id: 'B2' },
  { ...base, id: 'B8a', gate: 'roberta' },
  { ...base, id: 'B8b', gate: 'minilm' },
];

function ids(...args: string[]): string[] {
  return parseArguments(args, all).benchmarks.map(({ id }) => id);
}

describe('the arguments of script/bench', () => {
  it('name benchmarks, parts by their common number', () => {
    expect(ids('b1', 'B8')).toEqual(['B1', 'B8a', 'B8b']);
    expect(ids('B8b')).toEqual(['B8b']);
  });

  it('name a benchmark alone whose number others share, and each benchmark once', () => {
    const hits = ['B5', 'B5L', 'B6'].map((id) => ({ ...base, id }));
    const idsOf = (...args: string[]) => parseArguments(args, hits).benchmarks.map(({ id }) => id);
    expect(idsOf('B5')).toEqual(['B5']);
    expect(idsOf('B5', 'b5l', 'B5')).toEqual(['B5', 'B5L']);
  });

  it('run everything and draw the curve when nothing is named', () => {
    expect(ids()).toEqual(['B1', 'B2', 'B8a', 'B8b']);
    expect(parseArguments([], all)).toMatchObject({ curve: true, models: ['roberta', 'minilm'] });
  });

  it('leave benchmarks out when only the curve or the soak is wanted', () => {
    expect(ids('--curve')).toEqual([]);
    expect(ids('--soak', '600')).toEqual([]);
    expect(parseArguments(['--soak', '600'], all)).toMatchObject({
      soakSeconds: 600,
      curve: false,
    });
  });

  it('never leave a gate out of --gates', () => {
    const gates = ['B1', 'B8a', 'B8b'];
    expect(ids('--gates')).toEqual(gates);
    expect(ids('--gates', '--curve')).toEqual(gates);
    expect(ids('--gates', '--soak', '60')).toEqual(gates);
  });

  it.each([
    { args: ['B99'], says: 'there is no benchmark B99' },
    { args: ['--gates', 'B2'], says: 'none of B2 is a gate' },
    { args: ['--model', 'gpt'], says: 'use roberta, minilm or both' },
    { args: ['--soak', 'long'], says: 'give it seconds' },
    { args: ['--fast'], says: '--fast' },
  ])('refuse $args', ({ args, says }) => {
    expect(() => parseArguments(args, all)).toThrow(UsageError);
    expect(() => parseArguments(args, all)).toThrow(says);
  });
});
