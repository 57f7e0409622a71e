import { areScoresClose, type GoldenText } from '../contract/golden-texts.ts';
import { StartupError } from '../domain/errors.ts';

/**
 * Scores the golden texts in one call and compares, so that a model that answers wrongly never
 * serves.
 *
 * @param score probabilities of texts, in the order of the bundle's labels
 * @throws StartupError naming the text's line in the golden file and both probabilities
 */
export async function checkGoldenTexts(
  goldens: readonly GoldenText[],
  tolerance: number,
  score: (texts: readonly string[]) => Promise<readonly (readonly number[])[]>,
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
