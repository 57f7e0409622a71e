import { type Benchmark, CannotRun } from '../benchmark.ts';

export const image: readonly Benchmark[] = [
  {
    id: 'B15',
    title: 'compressed image ÷ (slim base + model + one .so)',
    method: 'sizes of the compressed layers',
    better: 'lower',
    floor: 1.15,
    aim: 1.03,
    unit: 'ratio',
    only: 'minilm',
    run: async () => {
      throw new CannotRun('it needs the image');
    },
  },
];
