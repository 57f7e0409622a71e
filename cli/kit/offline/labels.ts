import { ID } from '../../../service/contract/forms.ts';
import { isoTimeMs } from '../../../service/contract/iso-time.ts';
import {
  LABEL_COLUMNS,
  type LabelEntity,
  TRAINING_COLUMNS,
} from '../../../service/contract/offline.ts';
import { widestOf } from '../csv-columns.ts';
import type { CsvHeader, CsvHeaders } from '../csv-records.ts';
import { openCsvTable } from '../csv-table.ts';
import { CliError } from '../errors.ts';
import { Input } from '../input.ts';
import { expectUnroundedIds, SAMPLED_ROWS } from '../rounded-ids.ts';
import { identifier, quoted, type ScratchDatabase } from '../scratch-database.ts';
import { utcTime } from '../tweet-time.ts';

const NAMES = Object.keys(LABEL_COLUMNS);

/** Column of the parsed times, which no file is likely to have. */
const TIME_COLUMN = 'event_timestamp in milliseconds';

/** Milliseconds from 1973 to 5138: seconds have fewer digits, microseconds more. */
const MILLISECONDS = /^[1-9]\d{11,13}$/;

/** Faults that are printed. */
const MAX_FAULTS = 5;

/** Reads the label of a cell; numbers count from 1. */
type ReadLabel = (cell: string, number: number) => string;

export interface Labels {
  readonly count: number;
  /** Further columns of the file, which the training set keeps. */
  readonly extraColumns: readonly string[];
}

/**
 * Reads a CSV file of labels into the table `label_lines`, and into the table `labels` with their
 * numbers in place of the labels; ids stay text.
 *
 * @param readLabel gives the meaning of a label, which both tables then have in its place
 * @throws CliError naming the first labels that are wrong, counted from 1, or rounded ids
 * @throws whatever `readLabel` throws
 */
export async function loadLabels(
  database: ScratchDatabase,
  path: string,
  entity: LabelEntity,
  readLabel?: ReadLabel,
): Promise<Labels> {
  const extraColumns = await loadLines(database, path, readLabel);
  await database.run(
    `CREATE TABLE labels AS
     SELECT number, entity, ${identifier(TIME_COLUMN)}::BIGINT AS event_timestamp, ${readLabel ? 'label' : 'number::VARCHAR'} AS label
     FROM label_lines`,
  );
  const faults = await database.query(`
    SELECT line.number, CASE
      WHEN line.entity IS NULL THEN 'the entity is missing'
      WHEN NOT regexp_full_match(line.entity, ${quoted(ID)})
        THEN 'an id must have 1 to 19 digits, got "' || line.entity || '" (spreadsheets round longer numbers: keep ids as text)'
      WHEN line.event_timestamp IS NULL THEN 'the event_timestamp is missing'
      WHEN labels.event_timestamp IS NULL
        THEN 'a time must be like 2026-11-23T10:00:00+01:00, with its zone, or milliseconds since 1970, got "' || line.event_timestamp || '"'
      ELSE 'the label is missing'
    END AS problem
    FROM label_lines line JOIN labels ON labels.number = line.number
    WHERE line.entity IS NULL OR labels.event_timestamp IS NULL OR line.label IS NULL
      OR NOT regexp_full_match(line.entity, ${quoted(ID)})
    ORDER BY line.number LIMIT ${MAX_FAULTS}`);
  if (faults.length > 0) {
    const lines = faults.map(({ number, problem }) => `\n  label ${number}: ${problem}`);
    throw new CliError(`${path} has invalid labels:${lines.join('')}`);
  }
  const first = await database.query(
    `SELECT entity FROM label_lines ORDER BY number LIMIT ${SAMPLED_ROWS}`,
  );
  const ids = first.map((line) => String(line.entity));
  expectUnroundedIds(ids, path, entity);
  const [counted] = await database.query('SELECT count(*)::INTEGER AS labels FROM labels');
  const count = Number(counted?.labels);
  if (count === 0) throw new CliError(`${path} has no labels`);
  return { count, extraColumns };
}

/**
 * Keeps every cell as text: a number of 19 digits would lose its last ones.
 *
 * @returns columns besides those of a label
 */
async function loadLines(
  database: ScratchDatabase,
  path: string,
  readLabel: ReadLabel = (cell) => cell,
): Promise<readonly string[]> {
  const { header, rows } = await openCsvTable(await Input.open(path), labelHeader);
  const extraColumns = extraColumnsOf(header.names, path);
  const columns = header.names.map((name) => `${identifier(name)} VARCHAR`);
  await database.run(
    `CREATE TABLE label_lines (number INTEGER, ${identifier(TIME_COLUMN)} VARCHAR, ${columns.join(', ')})`,
  );
  await database.append('label_lines', numbered(rows, header.names, readLabel));
  return extraColumns;
}

async function* numbered(
  rows: AsyncIterable<{ readonly cells: readonly string[] }>,
  names: readonly string[],
  readLabel: ReadLabel,
) {
  const labelAt = names.indexOf('label');
  const timeAt = names.indexOf('event_timestamp');
  let number = 0;
  for await (const { cells } of rows) {
    number++;
    const read = (cell: string, at: number) => (at === labelAt ? readLabel(cell, number) : cell);
    const ms = labelTimeMs(cells[timeAt] ?? '');
    yield [
      number,
      ms === null ? null : String(ms),
      ...cells.map((cell, at) => (cell === '' ? null : read(cell, at))),
    ];
  }
}

/** Milliseconds since 1970 of a time with its zone, or of their digits; null for another text. */
export function labelTimeMs(cell: string): number | null {
  return MILLISECONDS.test(cell) ? Number(cell) : isoTimeMs(utcTime(cell));
}

/** The header with the columns of a label, else the likeliest. */
function labelHeader(headers: CsvHeaders): CsvHeader {
  const whole = headers.find(({ names }) => NAMES.every((name) => names.includes(name)));
  return whole ?? widestOf(headers);
}

/** @throws CliError when a column is missing, there twice or named like one of the output */
function extraColumnsOf(header: readonly string[], path: string): readonly string[] {
  const missing = NAMES.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new CliError(
      `${path} has no column ${missing.join(', ')}; its header must have ${NAMES.join(',')}, and has ` +
        header.join(','),
    );
  }
  const lower = header.map((name) => name.toLowerCase());
  const wrong = header.find((name, index) => {
    const each = name.toLowerCase();
    const isTaken =
      !NAMES.includes(name) && [...TRAINING_COLUMNS, 'number', TIME_COLUMN].includes(each);
    return name === '' || isTaken || lower.indexOf(each) !== index;
  });
  if (wrong !== undefined) {
    throw new CliError(
      `${path} has a column '${wrong}' that is empty, there twice or one of the training set's own; ` +
        'rename it',
    );
  }
  return header.filter((name) => !NAMES.includes(name));
}
