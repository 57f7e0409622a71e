import { CliError } from '../../kit/errors.ts';
import { loadLabels } from '../../kit/offline/labels.ts';
import type { ScratchDatabase } from '../../kit/scratch-database.ts';
import { labelFault, parseLabel } from '../parse-label.ts';

/**
 * Reads a CSV file of labels by tweet into the table `labels`.
 *
 * @returns the number of labels
 * @throws CliError naming the first label that is not a sentiment, counted from 1
 */
export async function loadSentiments(database: ScratchDatabase, path: string): Promise<number> {
  const { count } = await loadLabels(database, path, 'tweet', (cell, number) => {
    const label = parseLabel(cell);
    if (label === undefined) throw new CliError(`${path}, label ${number}: ${labelFault(cell)}`);
    return label;
  });
  return count;
}
