import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { SEPARATORS } from '../kit/csv-records.ts';

/** What is wrong with a CSV file, and the line where the record begins. */
export class CsvFault extends Error {}

interface CsvShape {
  /** Cells of the first line. */
  readonly header: readonly string[];
  /** Records after the header, without blank lines. */
  readonly records: number;
  readonly delimiter: string;
}

const QUOTE_FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'text after a closing quote; write a quote inside of a cell as ""',
  INVALID_OPENING_QUOTE:
    'a quote inside of a cell without quotes; put the cell in quotes and write the quote as ""',
};

/**
 * Checks a file by RFC 4180 before DuckDB reads it, whose messages name neither line nor reason
 * for the same faults, and which leaves out rows silently for some.
 *
 * @throws CsvFault
 */
export async function checkCsv(path: string): Promise<CsvShape> {
  const delimiter = await delimiterOf(path);
  let header: readonly string[] | undefined;
  let records = 0;
  /** Line where the next record begins. */
  let line = 1;
  const take = (cells: readonly string[]): void => {
    const isBlank = cells.length === 1 && cells[0] === '';
    if (isBlank) return;
    if (!header) {
      header = cells;
      return;
    }
    records++;
    if (cells.length === header.length) return;
    throw new CsvFault(`line ${line} has ${cells.length} cells, and the header ${header.length}`);
  };
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    on_record: (cells: string[], { lines }) => {
      take(cells);
      line = lines + 1;
      return null;
    },
  });
  parser.resume();
  try {
    await pipeline(textOf(path), parser);
  } catch (error) {
    const reason = error instanceof CsvError ? QUOTE_FAULTS[error.code] : undefined;
    throw reason === undefined ? error : new CsvFault(`line ${line}: ${reason}`, { cause: error });
  }
  return { header: header ?? [], records, delimiter };
}

/** The separator that the first line has most of. */
async function delimiterOf(path: string): Promise<(typeof SEPARATORS)[number]> {
  let head = '';
  for await (const text of textOf(path)) {
    head += text;
    if (head.includes('\n')) break;
  }
  const [first = ''] = head.split('\n');
  const count = (delimiter: string) => first.split(delimiter).length;
  return SEPARATORS.reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** The text of a file in UTF-8 without a byte order mark, all line ends as `\n`. */
async function* textOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let endsInReturn = false;
  const textIn = (bytes?: Buffer): string => {
    const where = `line ${line} or a later one`;
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      throw new CsvFault(`${where} is not UTF-8; save the file as UTF-8`, { cause });
    }
    if (!text.includes('\0')) return text;
    throw new CsvFault(`${where} has a NUL character; save the file as UTF-8, not UTF-16`);
  };
  for await (const bytes of createReadStream(path)) {
    const text = textIn(bytes);
    const rest = endsInReturn && text.startsWith('\n') ? text.slice(1) : text;
    endsInReturn = text.endsWith('\r');
    const normal = rest.replace(/\r\n?/g, '\n');
    line += normal.split('\n').length - 1;
    yield normal;
  }
  // Throws if the file ends within a character.
  textIn();
}
