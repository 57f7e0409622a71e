import { expectOnce, widestOf } from '../../kit/csv-columns.ts';
import { CsvRecords } from '../../kit/csv-records.ts';
import { parseExactly } from '../../kit/exact-json.ts';
import type { Input } from '../../kit/input.ts';
import { linesOf } from '../../kit/lines.ts';
import { type Fields, isTweetColumn } from './scored-row.ts';

/** A row of a file: its fields, or the reason why it has none. */
export interface FileRow {
  /** From 1; the line in which it begins. */
  readonly number: number;
  readonly fields?: Fields;
  readonly fault?: string;
}

/** Rows of CSV with a header, or of JSON Lines. @throws CliError when the file cannot be read */
export async function* readFields(input: Input): AsyncGenerator<FileRow> {
  if (/\.[ct]sv(\.gz)?$/i.test(input.name)) yield* csvRows(input);
  else yield* jsonRows(input);
}

async function* csvRows(input: Input): AsyncGenerator<FileRow> {
  const records = new CsvRecords(linesOf(input.bytes(0)));
  const { delimiter, names } = widestOf(await records.headers(input.name));
  for (const [index, name] of names.entries()) {
    if (isTweetColumn(name)) expectOnce(names, index, input.name);
  }
  const shape = { delimiter, width: names.length };
  for (;;) {
    const record = await records.next(shape);
    if (!record) return;
    const { line: number } = record;
    if ('fault' in record) yield { number, fault: record.fault };
    else {
      const fields = Object.fromEntries(
        names.map((name, index) => [name, record.cells[index] ?? '']),
      );
      yield { number, fields };
    }
  }
}

async function* jsonRows(input: Input): AsyncGenerator<FileRow> {
  for await (const { number, text, fault = '' } of linesOf(input.bytes(0))) {
    if (text === null) yield { number, fault };
    else if (text.trim() !== '') yield { number, ...parsed(text) };
  }
}

function parsed(text: string): Pick<FileRow, 'fields' | 'fault'> {
  try {
    const value = parseExactly(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { fields: { ...value } } : { fault: 'is not a JSON object' };
  } catch {
    return { fault: 'is not JSON' };
  }
}
