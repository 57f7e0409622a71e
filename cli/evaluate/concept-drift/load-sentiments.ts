import { LABELS } from '../../../service/domain/sentiment.ts';
import { CliError } from '../../kit/errors.ts';
import { loadLabels } from '../../kit/offline/labels.ts';
import { quoted, type ScratchDatabase } from '../../kit/scratch-database.ts';
import { labelFault } from '../parse-label.ts';

/** SQL of the label that a cell names, as `parseLabel` reads it; null for another text. */
const SENTIMENT = `CASE ${LABELS.map(
  (label, index) =>
    `WHEN regexp_full_match(lower(trim(label)), '${label}|(label_)?${index}([.]0)?') THEN ${quoted(label)}`,
).join(' ')} END`;

/**
 * Reads a CSV file of labels by tweet into the table `labels`.
 *
 * @returns the number of labels
 * @throws CliError naming the first label that is not a sentiment, counted from 1
 */
export async function loadSentiments(database: ScratchDatabase, path: string): Promise<number> {
  const { count } = await loadLabels(database, path, 'tweet');
  const [fault] = await database.query(
    `SELECT number, label FROM label_lines WHERE ${SENTIMENT} IS NULL ORDER BY number LIMIT 1`,
  );
  if (fault) {
    throw new CliError(`${path}, label ${fault.number}: ${labelFault(String(fault.label))}`);
  }
  await database.run('ALTER TABLE labels RENAME TO numbered_labels');
  await database.run(`
    CREATE TABLE labels AS
    SELECT entity, event_timestamp, sentiment AS label
    FROM numbered_labels
    JOIN (SELECT number, ${SENTIMENT} AS sentiment FROM label_lines) line
      ON line.number = numbered_labels.label::INTEGER`);
  return count;
}
