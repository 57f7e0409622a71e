import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CPU_FAMILIES, type CpuFamily } from '../../service/contract/cpu-family.ts';
import {
  baseFamily,
  FAMILY_PROBABILITIES,
  readGoldenTexts,
} from '../../service/contract/golden-texts.ts';
import type { Bundle, GoldenFamily, Manifest } from '../../service/contract/model-manifest.ts';
import { verifyFiles } from '../../service/inference/bundle/bundle-files.ts';
import { asStartupError } from '../../service/inference/bundle/manifest.ts';
import { indexOfHighest } from '../../service/inference/scores.ts';
import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';
import { say } from '../kit/printable.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { type ScoresByCpu, scoreOnFamily } from './score-on-family.ts';
import { largestDifference } from './trial-graph.ts';
import { openEncoder, type Sequence } from './trial-sequences.ts';
import { writeManifest } from './write-manifest.ts';

/** Digits of a probability that the file keeps. */
const DIGITS = 6;
/** Later CPUs of a family may differ as much again as those that were measured. */
const MARGIN = 2;

export interface GoldenOptions {
  readonly modelsDir: string;
  readonly manifest: Manifest;
  readonly bundle: Bundle;
  readonly output: ProgressOutput;
  readonly score?: typeof scoreOnFamily;
}

/**
 * Scores every golden text on each CPU family. Compares the family of the bundle's own golden file
 * with that file, which is part of the revision and stays as it is; writes a file for each other
 * family and names it in the manifest.
 *
 * @throws CliError where a family cannot be emulated here, or the own file is not reproduced
 */
export async function makeGolden(options: GoldenOptions): Promise<void> {
  const { modelsDir, manifest, bundle, output, score = scoreOnFamily } = options;
  const folder = join(modelsDir, bundle.name);
  await verifyFiles(folder, bundle.files);
  const { texts, expected } = await readGolden(folder, bundle);
  const { encode } = await openEncoder(folder, bundle);
  const sequences: Sequence[] = [];
  for (const text of texts) sequences.push(await encode(text));
  const base = baseFamily(bundle.golden);
  const families = { ...bundle.golden.families };
  const files = new Map<string, string>();
  for (const family of CPU_FAMILIES) {
    say(output, `Scoring ${counted(texts.length, 'golden text')} on ${family} ...`);
    const scores = await score(family, { folder, model: bundle, sequences });
    if (scores === undefined) {
      say(output, `${family} cannot be emulated here; run the command on such a machine, too.`);
      continue;
    }
    const difference = largestDifference(scores[0], expected);
    const { file } = bundle.golden;
    const labels = scores[0].filter(
      (row, line) => indexOfHighest(row) !== indexOfHighest(expected[line] ?? []),
    );
    say(
      output,
      `${family}: up to ${difference.toFixed(6)} from ${file} (${base}), ${counted(labels.length, 'other label')}.`,
    );
    if (family === base) checkReproduced(difference, bundle);
    else {
      const { description, content } = describeFamily(family, scores, bundle, output);
      families[family] = description;
      files.set(description.name, content);
    }
  }
  // Written at the end: a start refuses a file that is not the one in the manifest.
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  const described = { ...bundle, golden: { ...bundle.golden, families } };
  const models = manifest.models.map((one) => (one.name === bundle.name ? described : one));
  await writeManifest(modelsDir, { models });
}

/** Every text of the golden file and its probabilities. */
async function readGolden(
  folder: string,
  bundle: Bundle,
): Promise<{ texts: string[]; expected: number[][] }> {
  const path = join(folder, bundle.golden.file);
  const jsonLines = await readFile(path, 'utf8');
  const startUpLines = jsonLines
    .trimEnd()
    .split('\n')
    .map((_, line) => line);
  const all = { ...bundle, golden: { ...bundle.golden, startUpLines } };
  const golden = asStartupError(() => readGoldenTexts({ jsonLines, path }, all));
  return {
    texts: golden.map(({ text }) => text),
    expected: golden.map(({ probabilities }) => [...probabilities]),
  };
}

function checkReproduced(difference: number, { golden, name }: Bundle): void {
  if (difference <= golden.tolerance) return;
  throw new CliError(
    `${name}: the scores differ from ${golden.file} by up to ${difference.toFixed(4)}, more than the tolerance ` +
      `${golden.tolerance}; is this machine of the family ${baseFamily(golden)}, and the graph the locked one?`,
  );
}

/** The file of a family's probabilities, and its description for the manifest. */
function describeFamily(
  family: CpuFamily,
  [scores, ...others]: ScoresByCpu,
  { golden }: Bundle,
  output: ProgressOutput,
): { description: GoldenFamily; content: string } {
  const spread = Math.max(0, ...others.map((rows) => largestDifference(rows, scores)));
  say(output, `${family}: up to ${spread.toFixed(6)} between its CPUs.`);
  const lines = scores.map((row) =>
    JSON.stringify({ [FAMILY_PROBABILITIES]: row.map((value) => Number(value.toFixed(DIGITS))) }),
  );
  const content = `${lines.join('\n')}\n`;
  const measured = Math.ceil(MARGIN * spread * 1000) / 1000;
  return {
    content,
    description: {
      name: `golden-${family}.jsonl`,
      bytes: Buffer.byteLength(content),
      sha256: createHash('sha256').update(content).digest('hex'),
      tolerance: Math.max(golden.tolerance, measured),
      ...(golden.batchTolerance !== undefined && { batchTolerance: golden.batchTolerance }),
    },
  };
}
