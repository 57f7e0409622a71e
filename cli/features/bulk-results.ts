import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BULK_COLUMNS, BULK_TABLE } from '../../service/contract/offline.ts';
import { CliError, reasonOf } from '../kit/errors.ts';
import { globOf, quoted, type ScratchDatabase } from '../kit/scratch-database.ts';

/**
 * Makes the Parquet files below a folder of bulk results a table of the contract's query. The folders
 * `model_name=NAME/model_revision=REVISION` tell the model.
 *
 * @throws CliError when the folder holds none
 */
export async function openBulkResults(database: ScratchDatabase, dir: string): Promise<void> {
  try {
    if (!(await stat(dir)).isDirectory()) throw new Error('it is not a directory');
    const files = quoted(join(globOf(dir), '**', '*.parquet'));
    const columns = BULK_COLUMNS.map((name) =>
      name === 'scored_at' ? 'make_timestamp_ms(epoch_ms(scored_at)) AS scored_at' : name,
    );
    // A revision of digits only must stay text.
    const options = 'hive_partitioning = true, hive_types_autocast = false, union_by_name = true';
    await database.run(`
      CREATE MACRO json_extract_scalar(json, path) AS json_extract_string(json, path)`);
    await database.run(`
      CREATE VIEW ${BULK_TABLE} AS
      SELECT ${columns.join(', ')} FROM read_parquet(${files}, ${options})`);
  } catch (cause) {
    const [reason] = reasonOf(cause).split('\n');
    throw new CliError(
      `${dir} is not a folder of bulk results, such as results/model_name=NAME/...: ${reason}`,
      { cause },
    );
  }
}
