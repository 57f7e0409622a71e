import { type AdminClient, ServiceRefusal } from '../../clients/admin-client.ts';
import { CliError } from '../../kit/errors.ts';
import { type Refusal, refusalIn } from '../../kit/refusal.ts';
import type { ScoredRow } from './scored-row.ts';

/** A row and the line in which it begins. */
export interface PlacedRow {
  readonly row: ScoredRow;
  readonly number: number;
}

/** Statuses by which the service refuses a batch for what is in it: too large, or invalid. */
const DIVIDED = new Set([400, 413]);

/**
 * Has rows stored, in smaller parts when the service refuses them for one of them or for their size.
 *
 * @param onRefused called for each row that is not stored
 * @returns number of rows that are stored
 * @throws CliError when the service refuses them for another reason
 */
export async function sendRows(
  rows: readonly PlacedRow[],
  service: AdminClient,
  onRefused: (number: number, refusal: Refusal) => void,
): Promise<number> {
  let answer: unknown;
  try {
    const body = { rows: rows.map(({ row }) => row) };
    answer = await service.call('POST', '/v1/admin/features/load', body);
  } catch (error) {
    if (!(error instanceof ServiceRefusal) || !DIVIDED.has(error.status)) throw error;
    const [first, ...others] = rows;
    if (first && others.length === 0) {
      onRefused(first.number, error.refusal);
      return 0;
    }
    const middle = Math.ceil(rows.length / 2);
    return (
      (await sendRows(rows.slice(0, middle), service, onRefused)) +
      (await sendRows(rows.slice(middle), service, onRefused))
    );
  }
  const refusals = refusalsOf(answer, rows.length);
  rows.forEach(({ number }, index) => {
    const refusal = refusals[index];
    if (refusal) onRefused(number, refusal);
  });
  return refusals.filter((refusal) => refusal === null).length;
}

/** Null for a stored row. */
function refusalsOf(answer: unknown, length: number): (Refusal | null)[] {
  const results: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'results') : undefined;
  if (!Array.isArray(results) || results.length !== length) {
    throw new CliError('The service did not answer with one result per row.');
  }
  return results.map(({ status, problem }) => (status === 'ok' ? null : refusalIn(problem)));
}
