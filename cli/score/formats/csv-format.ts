import { stringify } from 'csv-stringify/sync';
import { CsvRecords } from '../../kit/csv-records.ts';
import { CliError } from '../../kit/errors.ts';
import type { Line } from '../../kit/lines.ts';
import type { AddedColumns, AddedValues } from '../added-columns.ts';
import type { InputRecord, LeftOutText, RecordReader, ScorableText } from './format.ts';
import { textColumn } from './text-column.ts';

type CsvLayout = NonNullable<RecordReader['layout']['csv']>;

/** Readers end a line at either, unless it is quoted. */
const LINE_BREAK = /[\r\n]/;

/** Columns and their characters that a message shows. */
const SHOWN_COLUMNS = 20;
const SHOWN_CHARACTERS = 30;

export interface CsvOptions {
  /** Shown in messages. */
  readonly name: string;
  /** Column of the texts; found by default. */
  readonly column: string | undefined;
  readonly added: AddedColumns;
  /** True for an input with a byte order mark: the output gets one, too, for spreadsheets. */
  readonly hasMark: () => boolean;
}

/** Reads the header of a CSV file. @throws CliError when it has no column of texts */
export async function openCsv(
  lines: AsyncIterator<Line>,
  options: CsvOptions,
): Promise<RecordReader> {
  const { name, column, added, hasMark } = options;
  const records = new CsvRecords(lines);
  const headers = await records.header();
  if (!headers) throw new CliError(`${name} is empty`);
  // The first separator that gives the header a column of texts is used.
  for (const { delimiter, names } of headers) {
    const found = textColumn(names, column);
    if (found === undefined) continue;
    if (names.indexOf(found) !== names.lastIndexOf(found)) {
      throw new CliError(`${name}: several columns are named '${found}'; give each another name`);
    }
    added.expectNoneOf(names);
    const csv = { delimiter, width: names.length, text: names.indexOf(found) };
    const header = csvLine([...names, ...added.names], delimiter);
    return {
      layout: { header: `${hasMark() ? '\ufeff' : ''}${header}\n`, csv },
      records: recordsOf(records, csv),
    };
  }
  const widest = headers.reduce((a, b) => (b.names.length > a.names.length ? b : a), {
    names: [] as readonly string[],
  });
  const missing =
    column === undefined ? 'no column of texts that is known by its name' : `no column '${column}'`;
  throw new CliError(
    `${name} has ${missing} in its first line; name one with --text-column. Its columns: ` +
      listOf(widest.names),
  );
}

/** Continues behind the header. */
export function continueCsv(
  lines: AsyncIterator<Line>,
  layout: RecordReader['layout'] & { csv: CsvLayout },
): RecordReader {
  return { layout, records: recordsOf(new CsvRecords(lines), layout.csv) };
}

async function* recordsOf(records: CsvRecords, layout: CsvLayout): AsyncGenerator<InputRecord> {
  for (;;) {
    const record = await records.next(layout.delimiter);
    if (!record) return;
    const { line, next } = record;
    const text = 'fault' in record ? { fault: record.fault } : textOf(record.cells, layout);
    yield { line, next, texts: [text] };
  }
}

function textOf(cells: readonly string[], layout: CsvLayout): ScorableText | LeftOutText {
  if (cells.length !== layout.width) {
    return {
      fault:
        `has ${cells.length} cells, and the header ${layout.width}; a text that contains the ` +
        'separator must be quoted',
    };
  }
  return {
    text: cells[layout.text] ?? '',
    scored: (added) => csvLine([...cells, ...Object.values(added)], layout.delimiter),
  };
}

/** A line of CSV without its end. */
export function csvLine(cells: readonly AddedValues[string][], delimiter: string): string {
  const options = { record_delimiter: '\n', quoted_match: LINE_BREAK, cast: { boolean: String } };
  return stringify([cells], { ...options, delimiter }).slice(0, -1);
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_COLUMNS).map((name) => name.slice(0, SHOWN_CHARACTERS));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
