import { stat } from 'node:fs/promises';
import { LABEL_COLUMNS, TRAINING_COLUMNS } from '../../service/contract/offline.ts';
import { CliError, reasonOf } from '../kit/errors.ts';
import { checkCsv } from './csv-reader.ts';
import { ID_PATTERN } from './schema.ts';
import { quoted, type ScratchDatabase } from './scratch-database.ts';

const NAMES = Object.keys(LABEL_COLUMNS);

/** To the second at least, with its zone: the meaning must not depend on the reader's. */
const ISO_TIME =
  '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-](0\\d|1[0-4]):?[0-5]\\d)';

/** Milliseconds from 1973 to 5138: seconds have fewer digits, microseconds more. */
const MILLISECONDS = '[1-9][0-9]{11,13}';

const TIME = `CASE
  WHEN regexp_full_match(event_timestamp, ${quoted(MILLISECONDS)}) THEN event_timestamp::BIGINT
  WHEN regexp_full_match(event_timestamp, ${quoted(ISO_TIME)})
    THEN epoch_ms(TRY_CAST(event_timestamp AS TIMESTAMPTZ))
END`;

/** Faults that are printed. */
const MAX_FAULTS = 5;

/** The label file is invalid. */
export class LabelFileError extends CliError {}

export interface Labels {
  readonly count: number;
  /** Further columns of the file, which the training set keeps. */
  readonly extraColumns: readonly string[];
}

/**
 * Reads a CSV file of labels into the table `label_lines`, and into the table `labels` with their
 * numbers in place of the labels; ids stay text.
 *
 * @throws LabelFileError naming the first labels that are wrong, counted from 1
 */
export async function loadLabels(database: ScratchDatabase, path: string): Promise<Labels> {
  await expectFile(path);
  const extraColumns = await readCsv(database, path);
  const faults = await database.query(`
    SELECT number, CASE
      WHEN entity IS NULL THEN 'the entity is missing'
      WHEN NOT regexp_full_match(entity, ${quoted(ID_PATTERN)})
        THEN 'an id must have 1 to 19 digits, got "' || entity || '" (spreadsheets round longer numbers: keep ids as text)'
      WHEN event_timestamp IS NULL THEN 'the event_timestamp is missing'
      WHEN time IS NULL
        THEN 'a time must be like 2026-11-23T10:00:00+01:00, with its zone, or milliseconds since 1970, got "' || event_timestamp || '"'
      ELSE 'the label is missing'
    END AS problem
    FROM (SELECT *, ${TIME} AS time FROM label_lines)
    WHERE entity IS NULL OR time IS NULL OR label IS NULL
      OR NOT regexp_full_match(entity, ${quoted(ID_PATTERN)})
    ORDER BY number LIMIT ${MAX_FAULTS}`);
  if (faults.length > 0) {
    const lines = faults.map(({ number, problem }) => `\n  label ${number}: ${problem}`);
    throw new LabelFileError(`${path} has invalid labels:${lines.join('')}`);
  }
  await database.run(
    `CREATE TABLE labels AS
     SELECT entity, ${TIME} AS event_timestamp, number::VARCHAR AS label FROM label_lines`,
  );
  const [counted] = await database.query('SELECT count(*)::INTEGER AS labels FROM labels');
  const count = Number(counted?.labels);
  if (count === 0) throw new LabelFileError(`${path} has no labels`);
  return { count, extraColumns };
}

async function expectFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LabelFileError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  });
  if (!found.isFile()) throw new LabelFileError(`${path} is not a file`);
}

/**
 * Reads every cell as text: a number of 19 digits would lose its last ones.
 *
 * @returns columns besides those of a label
 */
async function readCsv(database: ScratchDatabase, path: string): Promise<readonly string[]> {
  try {
    const { header, records, delimiter } = await checkCsv(path);
    const extraColumns = extraColumnsOf(header, path);
    const columns = header.map((name) => `${quoted(name)}: 'VARCHAR'`).join(', ');
    const csv = `read_csv(${quoted(path)}, header = true, columns = {${columns}}, delim = ${quoted(delimiter)},
      auto_detect = false, quote = '"', escape = '"', comment = '', strict_mode = false,
      parallel = false)`;
    await database.run(
      `CREATE TABLE label_lines AS SELECT row_number() OVER () AS number, * FROM ${csv}`,
    );
    const [counted] = await database.query('SELECT count(*)::INTEGER AS labels FROM label_lines');
    if (Number(counted?.labels) !== records) {
      throw new LabelFileError(
        `${path} holds ${records} labels, but ${counted?.labels} were read; use the same line ends throughout`,
      );
    }
    return extraColumns;
  } catch (cause) {
    if (cause instanceof LabelFileError || !(cause instanceof Error)) throw cause;
    const [reason] = cause.message.split('\n');
    throw new LabelFileError(`${path} is not a readable CSV file: ${reason}`, { cause });
  }
}

/** @throws LabelFileError when a column is missing, there twice or named like one of the output */
function extraColumnsOf(header: readonly string[], path: string): readonly string[] {
  const missing = NAMES.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new LabelFileError(
      `${path} has no column ${missing.join(', ')}; its header must have ${NAMES.join(',')}, and has ` +
        header.join(','),
    );
  }
  const lower = header.map((name) => name.toLowerCase());
  const wrong = header.find((name, index) => {
    const each = name.toLowerCase();
    const isTaken = !NAMES.includes(name) && [...TRAINING_COLUMNS, 'number'].includes(each);
    return name === '' || isTaken || lower.indexOf(each) !== index;
  });
  if (wrong !== undefined) {
    throw new LabelFileError(
      `${path} has a column '${wrong}' that is empty, there twice or one of the training set's own; ` +
        'rename it',
    );
  }
  return header.filter((name) => !NAMES.includes(name));
}
