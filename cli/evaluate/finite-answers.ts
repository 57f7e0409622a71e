import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';
import type { Dataset } from './dataset.ts';
import type { Run } from './run-candidates.ts';

/**
 * Rejects the answers of a model that failed on a text with NaN: measures would count a label that
 * the model did not give.
 *
 * @throws CliError with the number of such texts and the line of the first
 */
export function requireFiniteAnswers(
  model: string,
  { answers }: Pick<Run, 'answers'>,
  { lines }: Pick<Dataset, 'lines'>,
): void {
  const failed = answers.flatMap((answer, index) =>
    answer === null || Number.isFinite(answer.confidence) ? [] : [lines[index]],
  );
  const [first] = failed;
  if (first === undefined) return;
  throw new CliError(
    `${model}: ${failed.length} of ${counted(answers.length, 'text')} got scores that are not finite (NaN), the first one in line ${first}; use another graph or precision`,
  );
}
