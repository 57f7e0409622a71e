import type { Bench } from './bench.ts';
import type { ModelKey } from './model-key.ts';
import type { Summary } from './statistics.ts';

/** Result of a benchmark. */
export interface Measurement {
  /** The ratio (or difference) of each round. */
  readonly rounds: readonly number[];
  /** Figures behind it, named with their units. */
  readonly details: Readonly<Record<string, number | string>>;
  /** Conditions besides the floor. */
  readonly conditions?: readonly Condition[];
}

export interface Condition {
  readonly what: string;
  readonly holds: boolean;
}

export interface Benchmark {
  /** B1 to B19, defined in bench/README.md; parts of one have a letter each. */
  readonly id: string;
  readonly title: string;
  /** Method, for the table's legend. */
  readonly method: string;
  /** Direction of the bounds: at least, or at most, the floor. */
  readonly better: 'higher' | 'lower';
  readonly floor: number;
  readonly aim: number;
  readonly unit: 'ratio' | 'points' | 'count';
  /** The model whose result decides `--gates`; absent: reported only. */
  readonly gate?: ModelKey;
  /** The only model that is measured; absent: all. */
  readonly only?: ModelKey;
  /** @throws CannotRun */
  run(bench: Bench): Promise<Measurement>;
}

export interface Result {
  readonly benchmark: Benchmark;
  readonly model: ModelKey;
  readonly outcome:
    | { readonly kind: 'measured'; readonly summary: Summary; readonly measurement: Measurement }
    | { readonly kind: 'cannot run' | 'failed'; readonly reason: string };
}

export type Verdict = 'aim reached' | 'floor held' | 'missed' | 'cannot run' | 'failed';

export function verdictOf({ benchmark, outcome }: Result): Verdict {
  if (outcome.kind !== 'measured') return outcome.kind;
  const { summary, measurement } = outcome;
  if (measurement.conditions?.some(({ holds }) => !holds)) return 'missed';
  if (reaches(benchmark, summary.median, benchmark.aim)) return 'aim reached';
  return reaches(benchmark, summary.median, benchmark.floor) ? 'floor held' : 'missed';
}

/** True if the result counts for `--gates`. */
export function isGate({ benchmark, model }: Result): boolean {
  return benchmark.gate === model;
}

function reaches({ better }: Benchmark, value: number, bound: number): boolean {
  return better === 'higher' ? value >= bound : value <= bound;
}
