import { areScoresClose, type GoldenText } from '../contract/golden-texts.ts';
import { StartupError } from '../domain/errors.ts';
import type { LoadedBundle } from './bundle/model-bundle.ts';

/** Probabilities of texts, in the order of the bundle's labels. */
type Score = (texts: readonly string[]) => Promise<readonly (readonly number[])[]>;

/**
 * Compares the scores of the golden texts with known ones, so that a model that answers wrongly
 * never serves: in one batch, and alone before if a batch may change them.
 *
 * @throws StartupError naming the text's line in the golden file and both probabilities
 */
export async function checkGoldenTexts(
  { bundle, startUpTexts, tolerances }: LoadedBundle,
  score: Score,
): Promise<void> {
  const { tolerance, batchTolerance } = tolerances;
  if (bundle.batchInvariant) {
    await compare(startUpTexts, tolerance, score);
    return;
  }
  for (const golden of startUpTexts) await compare([golden], tolerance, score);
  await compare(startUpTexts, batchTolerance, score);
}

/** @throws StartupError if the graph does not give one probability for each label */
export async function checkLabelCount(
  graphPath: string,
  labels: number,
  score: Score,
): Promise<void> {
  const [probabilities = []] = await score(['a']);
  if (probabilities.length === labels) return;
  throw new StartupError(
    `${graphPath} gives ${probabilities.length} logits for a text, expected ${labels}: one for each label`,
  );
}

async function compare(
  goldens: readonly GoldenText[],
  tolerance: number,
  score: Score,
): Promise<void> {
  const scored = await score(goldens.map(({ text }) => text));
  for (const [index, { line, probabilities }] of goldens.entries()) {
    const actual = scored[index] ?? [];
    if (!areScoresClose(actual, probabilities, tolerance)) {
      throw new StartupError(
        `The model scores golden text ${line} with ${show(actual)}, expected ${show(probabilities)} ` +
          `within ${tolerance}: this machine or the model files do not reproduce the validated results`,
      );
    }
  }
}

function show(probabilities: readonly number[]): string {
  return `[${probabilities.map((value) => value.toFixed(4)).join(', ')}]`;
}
