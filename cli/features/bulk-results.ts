import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BULK_COLUMNS, BULK_TABLE } from '../../service/contract/offline.ts';
import { CliError, reasonOf } from '../kit/errors.ts';
import { globOf, quoted, type ScratchDatabase } from '../kit/scratch-database.ts';

/** Folders above a result, whatever the key of its input is below them. */
const MODEL_FOLDERS = quoted('/model_name=([^/]+)/model_revision=([^/]+)/');

/** Columns of the table that are not in the file as they are. */
const MADE: Readonly<Record<string, string>> = {
  scored_at: 'make_timestamp_ms(epoch_ms(scored_at))',
  model_name: `regexp_extract(filename, ${MODEL_FOLDERS}, 1)`,
  model_revision: `regexp_extract(filename, ${MODEL_FOLDERS}, 2)`,
};

/**
 * Makes the Parquet files below a folder of bulk results a table of the contract's query. The folders
 * `model_name=NAME/model_revision=REVISION` tell the model.
 *
 * @throws CliError when the folder holds none
 */
export async function openBulkResults(database: ScratchDatabase, dir: string): Promise<void> {
  try {
    if (!(await stat(dir)).isDirectory()) throw new Error('it is not a directory');
    const files = quoted(join(globOf(dir), '**', '*.[pP][aA][rR][qQ][uU][eE][tT]'));
    await expectModels(database, files);
    const columns = BULK_COLUMNS.map((name) => `${MADE[name] ?? name} AS ${name}`);
    // The key of an input may have folders such as dt=2026-11-28, too.
    const options = 'hive_partitioning = false, filename = true, union_by_name = true';
    // DuckDB refuses half of a surrogate pair, and its error would quote the text.
    await database.run(`
      CREATE MACRO json_extract_scalar(json, path) AS TRY(json_extract_string(json, path))`);
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

/** @throws Error naming a file whose folders do not tell the model */
async function expectModels(database: ScratchDatabase, files: string): Promise<void> {
  const [stray] = await database.query(`
    SELECT file FROM glob(${files}) WHERE NOT regexp_matches(file, ${MODEL_FOLDERS}) LIMIT 1`);
  if (stray) throw new Error(`${stray.file} is not below model_name=NAME/model_revision=REVISION`);
}
