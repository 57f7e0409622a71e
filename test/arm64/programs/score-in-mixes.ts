/**
 * Scores golden texts on the engine and the built worker: each alone, then all in random mixes at
 * once, where all texts of a batch have one length. Prints an EngineReport.
 *
 * Arguments: the length of the longest text in tokens; `all` for every text up to that length.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** Token ids, and the line of the golden file; company has none. */
interface Sequence {
  readonly ids: readonly number[];
  readonly line?: number;
}

const MIX_SIZES = [2, 3, 7, 16, 32];
/** Longer than the slowest emulation takes. */
const PATIENCE_MS = 24 * 3_600_000;

const [maxTokens, choice] = process.argv.slice(2);

const engine = await BatchEngine.start({
  workers: 1,
  workerUrl: WORKER_URL,
  settings: {
    modelPath: join(MODELS_DIR, EMBEDDED_MODEL, 'model.onnx'),
    graphOptimization: 'basic',
    padId: 0,
    warmUpTokens: 0,
  },
  hangTimeoutMs: PATIENCE_MS,
  tokenBudget: 1024,
  maxTokens: 256,
  cpuFamily: cpuFamilyOf(process.arch),
  metrics: { record: () => {} },
  onRestart: (error) => console.error(error),
  onFatal: (reason) => console.error(reason),
});

async function score(sequences: readonly Sequence[]): Promise<number[][]> {
  const ids = sequences.map((sequence) => sequence.ids);
  return (await engine.score(ids, requestContext(PATIENCE_MS))).map(softmax);
}

/** For a text that is the only one of its length: its words in reverse. */
function companyOf(texts: readonly Sequence[]): Sequence[] {
  const byLength = Map.groupBy(texts, ({ ids }) => ids.length);
  return [...byLength.values()].flatMap(([text, ...others]) =>
    text === undefined || others.length > 0
      ? []
      : [
          {
            ids: text.ids
              .with(0, text.ids.at(-1) ?? 0)
              .with(-1, text.ids[0] ?? 0)
              .toReversed(),
          },
        ],
  );
}

function randomMixes(texts: readonly Sequence[]): Sequence[][] {
  const random = seededRandom(14);
  const shuffled = texts
    .map((text) => ({ text, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ text }) => text);
  const mixes: Sequence[][] = [];
  for (let from = 0; from < shuffled.length; from += mixes.at(-1)?.length ?? 1) {
    mixes.push(shuffled.slice(from, from + (MIX_SIZES[mixes.length % MIX_SIZES.length] ?? 1)));
  }
  return mixes;
}

const lines =
  choice === 'all'
    ? [...GOLDENS.keys()].filter((line) => (GOLDENS[line]?.ids.length ?? 0) <= Number(maxTokens))
    : textsOfEveryLength(Number(maxTokens));
const texts = lines.map((line): Sequence => ({ ids: GOLDENS[line]?.ids ?? [], line }));
const alone: number[][] = [];
for (const text of texts) alone.push(...(await score([text])));

let largestDifference = 0;
let mixedTexts = 0;
await Promise.all(
  randomMixes([...texts, ...companyOf(texts)]).map(async (mix) => {
    const scored = await score(mix);
    for (const [index, { line }] of mix.entries()) {
      if (line === undefined) continue;
      const expected = alone[lines.indexOf(line)] ?? [];
      const differences = (scored[index] ?? []).map((value, column) =>
        Math.abs(value - (expected[column] ?? Number.NaN)),
      );
      // Math.max keeps NaN, which no comparison accepts.
      largestDifference = Math.max(largestDifference, ...differences);
      mixedTexts++;
    }
  }),
);
await engine.close();

const cgroup = mkdtempSync(join(tmpdir(), 'cgroup-'));
writeFileSync(join(cgroup, 'cpu.max'), '150000 100000\n');
const cpus: EngineReport['cpus'] = [
  availableParallelism(),
  await cpuCount(join(cgroup, 'none')),
  await cpuCount(cgroup),
];
rmSync(cgroup, { recursive: true });
const report: EngineReport = {
  architecture: process.arch,
  cpus,
  lines,
  alone,
  largestDifference,
  mixedTexts,
};
console.log(JSON.stringify(report));
