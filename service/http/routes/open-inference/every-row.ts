import type { TextOutcome } from '../../../application/text-outcome.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Prediction } from '../../../domain/sentiment.ts';

/**
 * Predictions of all rows. The protocol has one error for a request and none for a row of a
 * tensor, and JSON has no NaN.
 *
 * @throws ServiceError if a row failed: the code of the first one, naming every row with it
 */
export function requireEveryRow(outcomes: readonly TextOutcome[]): Prediction[] {
  const failures = outcomes.flatMap((outcome, row) =>
    outcome.status === 'error' ? [{ row, error: outcome.error }] : [],
  );
  const first = failures[0]?.error;
  if (first) {
    const alike = failures.filter(({ error }) => error.code === first.code);
    const places = alike.map(({ row }) => `data[${row}]`).join(', ');
    throw new ServiceError(first.code, `${places} of "text": ${first.message}`, first.retryable);
  }
  return outcomes.flatMap((outcome) => (outcome.status === 'ok' ? [outcome.prediction] : []));
}
