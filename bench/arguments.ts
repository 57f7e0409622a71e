import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { MODEL_KEYS, type ModelKey } from './models.ts';
import { BENCHMARKS } from './registry.ts';

export const USAGE = `Usage: script/bench [--gates] [--model roberta|minilm|both] [B1 B2 ...]
       script/bench --curve [--model ...]
       script/bench --soak SECONDS [--model ...]

Runs benchmarks, all of them unless some are named, and prints them with their floors and aims.
Results go to bench/results/<date>.json. With nothing named, the curve is drawn too.

  --gates         only the gates; ends with 1 when one misses its floor or cannot run
  --model NAME    roberta: the production-sized shape; minilm: the embedded model; default both
  --curve         draws throughput against latency into docs/
  --soak SECONDS  twice the capacity for so long; ends with 1 when a promise is not kept

Environment (optional; what needs them says so)
  BENCH_MODELS_DIR  folder with twitter-roberta-base-sentiment/ (its tokenizer files) and
                    minilm-tweet-sentiment-fp32/
  BENCH_DATA_DIR    folder with tweeteval/ (val_text.txt, val_labels.txt)`;

export interface Arguments {
  readonly gates: boolean;
  readonly models: readonly ModelKey[];
  readonly benchmarks: readonly Benchmark[];
  readonly curve: boolean;
  readonly soakSeconds: number | undefined;
}

export class UsageError extends Error {}

/** @throws UsageError */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const { model = 'both', gates = false, soak } = values;
  const models = MODEL_KEYS.filter((key) => model === 'both' || model === key);
  if (models.length === 0) throw new UsageError(`--model is ${model}; use roberta, minilm or both`);
  const soakSeconds = soak === undefined ? undefined : Number(soak);
  if (soakSeconds !== undefined && !(soakSeconds > 0)) {
    throw new UsageError(`--soak is ${soak}; give it seconds`);
  }
  const isWhole = positionals.length === 0 && !gates && soak === undefined;
  const isOther = values.curve === true || soak !== undefined;
  const named = positionals.length > 0 ? positionals.flatMap(benchmarksNamed) : [];
  const candidates = positionals.length > 0 ? named : isOther ? [] : BENCHMARKS;
  return {
    gates,
    models,
    benchmarks: gates ? candidates.filter(({ gate }) => gate !== undefined) : candidates,
    curve: values.curve ?? isWhole,
    soakSeconds,
  };
}

/** B8 names B8a and B8b. */
function benchmarksNamed(id: string): readonly Benchmark[] {
  const named = BENCHMARKS.filter((benchmark) => {
    const [wanted, known] = [id.toUpperCase(), benchmark.id.toUpperCase()];
    return known === wanted || known.replace(/[A-Z]$/, '') === wanted;
  });
  if (named.length === 0) {
    const ids = BENCHMARKS.map((benchmark) => benchmark.id).join(', ');
    throw new UsageError(`there is no benchmark ${id}; there are ${ids}`);
  }
  return named;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        gates: { type: 'boolean' },
        model: { type: 'string' },
        curve: { type: 'boolean' },
        soak: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
