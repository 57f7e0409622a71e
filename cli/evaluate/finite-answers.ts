import { CliError } from '../kit/errors.ts';
import type { Run } from './run-candidates.ts';

/**
 * Rejects results of a model that gave scores that are not finite: measures would count a label
 * that the model did not give.
 *
 * @throws CliError with the number of such texts and the line of the first
 */
export function requireFiniteAnswers(model: string, { answers }: Pick<Run, 'answers'>): void {
  const failed = answers.flatMap((answer, index) =>
    answer === null || Number.isFinite(answer.confidence) ? [] : [index + 1],
  );
  const [first] = failed;
  if (first === undefined) return;
  throw new CliError(
    `${model}: scores of ${failed.length} of ${answers.length} texts are not finite, first in line ${first}; use another graph`,
  );
}
