import { CsvError, parse } from 'csv-parse/sync';
import type { Line, LineStart } from './lines.ts';

/** Separators of CSV that are tried, the likeliest first. */
export const SEPARATORS = [',', ';', '\t'] as const;

/** Longest record of several lines; a longer one has a quote that is never closed. */
const MAX_RECORD_CHARACTERS = 1024 * 1024;

/** A record of CSV, or the reason why the line in which it begins is left out. */
export type CsvRecord = { readonly line: number; readonly next: LineStart } & (
  | { readonly cells: readonly string[] }
  | { readonly fault: string }
);

export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
}

const QUOTE_FAULT =
  'has quotes that do not match; quote a cell that contains some, and double each of them';

/**
 * Reads CSV (RFC 4180) record by record. A fault costs the line in which its record begins: reading
 * continues with the next line.
 */
export class CsvRecords {
  readonly #lines: AsyncIterator<Line>;
  /** Lines to read again, the next one last. */
  readonly #again: Line[] = [];

  constructor(lines: AsyncIterator<Line>) {
    this.#lines = lines;
  }

  /** The cells of the first record by each separator; undefined when the file has no records. */
  async header(): Promise<CsvHeader[] | undefined> {
    const lines = await this.#record();
    if (!lines) return undefined;
    return SEPARATORS.flatMap((delimiter) => {
      const names = parsed(textOf(lines), delimiter)?.map((name) => name.trim());
      return names ? [{ delimiter, names }] : [];
    });
  }

  /** The next record; undefined at the end. Blank lines are no records. */
  async next(delimiter: string): Promise<CsvRecord | undefined> {
    const lines = await this.#record();
    const [first] = lines ?? [];
    if (!lines || !first) return undefined;
    if (first.fault !== undefined) return { ...placeOf(first, first), fault: first.fault };
    const cells = parsed(textOf(lines), delimiter);
    if (cells) return { ...placeOf(first, lines.at(-1) ?? first), cells };
    for (const line of lines.slice(1).reverse()) this.#again.push(line);
    return { ...placeOf(first, first), fault: QUOTE_FAULT };
  }

  /** The lines that may be the next record. */
  async #record(): Promise<Line[] | undefined> {
    let first = await this.#line();
    while (first?.text?.trim() === '') first = await this.#line();
    if (!first) return undefined;
    return first.text === null ? [first] : this.#untilQuotesMatch(first, first.text);
  }

  /** A quoted cell may hold line breaks: a record ends where the number of quotes is even. */
  async #untilQuotesMatch(first: Line, text: string): Promise<Line[]> {
    const lines = [first];
    let characters = text.length;
    let isOpen = hasOddQuotes(text);
    while (isOpen && characters <= MAX_RECORD_CHARACTERS) {
      const line = await this.#line();
      if (!line) break;
      lines.push(line);
      if (line.text === null) break;
      characters += line.text.length + 1;
      isOpen = isOpen !== hasOddQuotes(line.text);
    }
    return lines;
  }

  async #line(): Promise<Line | undefined> {
    const again = this.#again.pop();
    if (again) return again;
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }
}

function placeOf(first: Line, last: Line): { line: number; next: LineStart } {
  return { line: first.number, next: { bytes: last.end, lines: last.number } };
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join('\n');
}

/** The cells of one record; undefined when it is not one. */
function parsed(text: string, delimiter: string): readonly string[] | undefined {
  try {
    const records = parse(text.replace(/\r$/, ''), {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
    });
    return records.length === 1 ? records[0] : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}
