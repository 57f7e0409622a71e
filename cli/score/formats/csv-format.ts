import { stringify } from 'csv-stringify/sync';
import { expectOnce, listColumns, widestOf } from '../../kit/csv-columns.ts';
import { CsvRecords } from '../../kit/csv-records.ts';
import { CliError } from '../../kit/errors.ts';
import type { Line } from '../../kit/lines.ts';
import type { AddedNames, AddedValues } from '../added-columns.ts';
import type { InputRecord, RecordReader, ScorableText } from './format.ts';
import { longTextColumn, textColumn } from './text-column.ts';

type CsvLayout = NonNullable<RecordReader['layout']['csv']>;

/** Readers end a line at either, unless it is quoted. */
const LINE_BREAK = /[\r\n]/;

export interface CsvOptions {
  /** Shown in messages. */
  readonly name: string;
  /** Column of the texts; found by default. */
  readonly column: string | undefined;
  readonly added: AddedNames;
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
  const headers = await records.headers(name);
  // The first separator that gives the header a column of texts is used.
  for (const { delimiter, names } of headers) {
    const text = textColumn(names, column);
    if (text === undefined) continue;
    expectOnce(names, text, name);
    added.expectNoneOf(names);
    const longText = longTextColumn(names, column);
    const csv = {
      delimiter,
      width: names.length,
      text,
      ...(longText !== undefined && { longText }),
    };
    const header = csvLine([...names, ...added.names], delimiter);
    return {
      layout: { header: `${hasMark() ? '\ufeff' : ''}${header}\n`, csv },
      records: recordsOf(records, csv),
    };
  }
  const missing =
    column === undefined ? 'no column of texts that is known by its name' : `no column '${column}'`;
  throw new CliError(
    `${name} has ${missing} in its first line; name one with --text-column. Its columns: ` +
      listColumns(widestOf(headers).names),
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
    const record = await records.next(layout);
    if (!record) return;
    const { line, byte, next } = record;
    const text = 'fault' in record ? { fault: record.fault } : textOf(record.cells, layout);
    yield { line, byte, next, texts: [text] };
  }
}

function textOf(cells: readonly string[], { text, longText, delimiter }: CsvLayout): ScorableText {
  const whole = longText === undefined ? '' : cells[longText];
  return {
    text: whole || (cells[text] ?? ''),
    source: { cells },
    scored: (added) => csvLine([...cells, ...Object.values(added)], delimiter),
  };
}

/** A line of CSV without its end. */
export function csvLine(cells: readonly AddedValues[string][], delimiter: string): string {
  const options = { record_delimiter: '\n', quoted_match: LINE_BREAK, cast: { boolean: String } };
  return stringify([cells], { ...options, delimiter }).slice(0, -1);
}
