/**
 * Scores golden texts of every length up to its argument on the engine and the built worker: each
 * alone, then in random mixes, many of them at once. Prints an EngineReport.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../../script/lib/seeded-random.ts';
import { cpuFamilyOf } from '../../../service/contract/cpu-family.ts';
import { BatchEngine } from '../../../service/inference/scheduling/batch-engine.ts';
import { softmax } from '../../../service/inference/scores.ts';
import { cpuCount } from '../../../service/inference/workers/cpu-count.ts';
import { requestContext } from '../../service/inference/helpers/context.ts';
import {
  EMBEDDED_MODEL,
  GOLDENS,
  MODELS_DIR,
  WORKER_URL,
} from '../../service/inference/helpers/golden.ts';
import { textsOfEveryLength } from '../helpers/texts-of-every-length.ts';

export interface EngineReport {
  readonly architecture: string;
  /** CPUs that the process may use, and those it counts where a quota allows one and a half. */
  readonly cpus: readonly [available: number, counted: number, withinQuota: number];
  /** Lines of the golden file. */
  readonly lines: readonly number[];
  /** Probabilities of each line's text. */
  readonly alone: readonly (readonly number[])[];
  /** Largest difference of a probability between a text in a mix and alone. */
  readonly largestDifference: number;
  readonly mixedTexts: number;
}

const MIX_SIZES = [2, 3, 7, 16, 32];
/** Longer than the slowest emulation takes. */
const PATIENCE_MS = 3_600_000;

const engine = await BatchEngine.start({
  workers: 1,
  workerUrl: WORKER_URL,
  settings: {
    modelPath: join(MODELS_DIR, EMBEDDED_MODEL, 'model.onnx'),
    graphOptimization: 'basic',
    padId: 0,
    warmUpLengths: [],
  },
  hangTimeoutMs: PATIENCE_MS,
  tokenBudget: 1024,
  maxTokens: 256,
  cpuFamily: cpuFamilyOf(process.arch),
  metrics: { record: () => {} },
  onRestart: (error) => console.error(error),
  onFatal: (reason) => console.error(reason),
});

async function score(lines: readonly number[]): Promise<number[][]> {
  const sequences = lines.map((line) => GOLDENS[line]?.ids ?? []);
  return (await engine.score(sequences, requestContext(PATIENCE_MS))).map(softmax);
}

const lines = textsOfEveryLength(Number(process.argv[2]));
const alone: number[][] = [];
for (const line of lines) alone.push(...(await score([line])));

const random = seededRandom(14);
const shuffled = lines
  .map((line) => [random(), line] as const)
  .sort(([a], [b]) => a - b)
  .map(([, line]) => line);
const mixes: number[][] = [];
for (let from = 0; from < shuffled.length; from += mixes.at(-1)?.length ?? 1) {
  mixes.push(shuffled.slice(from, from + (MIX_SIZES[mixes.length % MIX_SIZES.length] ?? 1)));
}
let largestDifference = 0;
await Promise.all(
  mixes.map(async (mix) => {
    for (const [index, row] of (await score(mix)).entries()) {
      const expected = alone[lines.indexOf(mix[index] ?? -1)] ?? [];
      const differences = row.map((value, column) => Math.abs(value - (expected[column] ?? NaN)));
      // Math.max keeps NaN, which no comparison accepts.
      largestDifference = Math.max(largestDifference, ...differences);
    }
  }),
);
await engine.close();

const cgroup = mkdtempSync(join(tmpdir(), 'cgroup-'));
writeFileSync(join(cgroup, 'cpu.max'), '150000 100000\n');
const report: EngineReport = {
  architecture: process.arch,
  cpus: [availableParallelism(), await cpuCount(join(cgroup, 'none')), await cpuCount(cgroup)],
  lines,
  alone,
  largestDifference,
  mixedTexts: mixes.flat().length,
};
console.log(JSON.stringify(report));
