import { parseArgs } from 'node:util';
import { UsageError } from '../cli/kit/errors.ts';
import type { Benchmark } from './benchmark.ts';
import { MODEL_KEYS, type ModelKey } from './model-key.ts';

export const USAGE = `Usage: script/bench [--gates] [--model roberta|minilm|both] [B1 B2 ...]
       script/bench --curve [--model ...]
       script/bench --soak SECONDS [--model ...]
       script/bench --peers [--model ...]

Runs benchmarks, all of them unless some are named, and prints them with their floors and aims.
Results go to bench/results/<date>.json; npm run bench:publish makes docs/performance.md from them.
With nothing named, the curve is measured too.

  --gates         only the gates; ends with 1 when one misses its floor or cannot run
  --model NAME    roberta: the production-sized shape; minilm: the embedded model; default both
  --curve         throughput against latency, open loop, from 10 to 150 % of the capacity
  --peers         the service beside FastAPI, LitServe and BentoML on the same graph; needs Python
                  and a machine that does nothing else
  --soak SECONDS  twice the capacity for so long; ends with 1 when a promise is not kept

Environment (optional; what needs them says so)
  BENCH_MODELS_DIR  folder with twitter-roberta-base-sentiment/ (its tokenizer files) and
                    minilm-tweet-sentiment-fp32/
  BENCH_DATA_DIR    folder with tweeteval/ (val_text.txt, val_labels.txt)
  BENCH_IMAGE       tag of a built image, for B15`;

export interface Arguments {
  readonly gates: boolean;
  readonly models: readonly ModelKey[];
  readonly benchmarks: readonly Benchmark[];
  readonly curve: boolean;
  readonly peers: boolean;
  readonly soakSeconds: number | undefined;
}

/** @throws UsageError */
export function parseArguments(args: readonly string[], all: readonly Benchmark[]): Arguments {
  const { values, positionals } = parse(args);
  const { model = 'both', gates = false, soak } = values;
  const models = MODEL_KEYS.filter((key) => model === 'both' || model === key);
  if (models.length === 0) throw new UsageError(`--model is ${model}; use roberta, minilm or both`);
  const soakSeconds = soak === undefined ? undefined : Number(soak);
  if (soakSeconds !== undefined && !(soakSeconds > 0)) {
    throw new UsageError(`--soak is ${soak}; give it seconds`);
  }
  const peers = values.peers ?? false;
  const isOther = values.curve === true || peers || soakSeconds !== undefined;
  const everything = isOther && !gates ? [] : all;
  const wanted = new Set(positionals.flatMap((id) => named(id, all)));
  const chosen = wanted.size > 0 ? [...wanted] : everything;
  const benchmarks = gates ? chosen.filter(({ gate }) => gate !== undefined) : chosen;
  if (gates && benchmarks.length === 0) {
    throw new UsageError(`--gates: none of ${positionals.join(', ')} is a gate`);
  }
  const curve = values.curve ?? (positionals.length === 0 && !gates && !isOther);
  return { gates, models, benchmarks, curve, peers, soakSeconds };
}

/** B8 names B8a and B8b; B5, which exists, does not name B5L. */
function named(id: string, all: readonly Benchmark[]): readonly Benchmark[] {
  const wanted = id.toUpperCase();
  const exact = all.filter((benchmark) => benchmark.id.toUpperCase() === wanted);
  const found =
    exact.length > 0
      ? exact
      : all.filter((benchmark) => benchmark.id.toUpperCase().replace(/[A-Z]$/, '') === wanted);
  if (found.length === 0) {
    const ids = all.map((benchmark) => benchmark.id).join(', ');
    throw new UsageError(`there is no benchmark ${id}; there are ${ids}`);
  }
  return found;
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
        peers: { type: 'boolean' },
        soak: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
