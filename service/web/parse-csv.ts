/** Comma-separated values (RFC 4180); nothing here touches the document. */

import { LONG_TEXT_COLUMN, TEXT_COLUMNS } from '../contract/text-columns.ts';

const SEPARATORS = [',', ';', '\t'] as const;

const TOO_MANY_ROWS =
  'There are more rows than the page takes; the command tss score takes any number.';

/** Begins with an object or a list. */
const JSON_START = /^\ufeff?\s*(?:\{\s*"|\[\s*[[{"])/;

const NOT_CSV = 'This is JSON, not CSV. The command tss score reads JSON Lines.';

/** A fault of the file, in words for the visitor. */
export class CsvFault extends Error {}

export interface CsvTable {
  readonly separator: string;
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads CSV. The separator is the one that gives the first line a column of texts, else the most
 * columns. Blank lines are skipped.
 *
 * @throws CsvFault for JSON, for quotes that do not match, and for more rows than the limit
 */
export function parseCsv(text: string, maxRows: number): CsvTable {
  if (JSON_START.test(text)) throw new CsvFault(NOT_CSV);
  const [first] = SEPARATORS.map((separator) => ({
    separator,
    names: firstRow(text, separator),
  })).sort(
    (a, b) =>
      Number(textColumn(b.names) >= 0) - Number(textColumn(a.names) >= 0) ||
      b.names.length - a.names.length,
  );
  const separator = first?.separator ?? ',';
  const rows: string[][] = [];
  for (const row of rowsOf(text, separator)) {
    if (rows.push(row) > maxRows) throw new CsvFault(TOO_MANY_ROWS);
  }
  return { separator, rows };
}

/** Index of the column of texts by its name, in any case; -1 if there is none. */
export function textColumn(names: readonly string[]): number {
  return columnOf(names, TEXT_COLUMNS);
}

/** Index of the column that has the whole text where the text is cut off; -1 if there is none. */
export function longTextColumn(names: readonly string[]): number {
  return columnOf(names, [LONG_TEXT_COLUMN]);
}

function columnOf(names: readonly string[], wanted: readonly string[]): number {
  const own = names.map((name) => name.trim());
  const lower = own.map((name) => name.toLowerCase());
  const found = wanted.find((name) => lower.includes(name));
  if (found === undefined) return -1;
  return own.includes(found) ? own.indexOf(found) : lower.indexOf(found);
}

function firstRow(text: string, separator: string): readonly string[] {
  try {
    for (const row of rowsOf(text, separator)) return row;
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
  }
  return [];
}

function* rowsOf(text: string, separator: string): Generator<string[]> {
  const reader = new CellReader(text, separator);
  let row: string[] = [];
  while (!reader.isAtEnd) {
    const cell = reader.cell();
    row.push(cell);
    if (!reader.endsRow()) continue;
    if (row.length > 1 || cell.trim() !== '') yield row;
    row = [];
  }
  // The separator was the last character.
  if (row.length > 0) yield [...row, ''];
}

class CellReader {
  readonly #text: string;
  readonly #separator: string;
  #at: number;
  #line = 1;

  constructor(text: string, separator: string) {
    this.#text = text;
    this.#separator = separator;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Reads the next cell, up to the separator or line end after it. */
  cell(): string {
    return this.#text[this.#at] === '"' ? this.#quoted() : this.#plain();
  }

  /** Skips the end of a cell. False if it was a separator. */
  endsRow(): boolean {
    if (this.#text[this.#at] === this.#separator) {
      this.#at++;
      return false;
    }
    this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
    this.#line++;
    return true;
  }

  #plain(): string {
    const start = this.#at;
    while (!this.isAtEnd && !this.#isEnd()) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #quoted(): string {
    const line = this.#line;
    const start = this.#at + 1;
    let end = this.#text.indexOf('"', start);
    while (end >= 0 && this.#text[end + 1] === '"') end = this.#text.indexOf('"', end + 2);
    if (end < 0) throw new CsvFault(`The quote that begins in line ${line} is never closed.`);
    this.#at = end + 1;
    if (!this.isAtEnd && !this.#isEnd()) {
      throw new CsvFault(
        `Line ${line} has text after a closing quote. Write a quote inside a cell as two quotes.`,
      );
    }
    const inner = this.#text.slice(start, end);
    this.#line += inner.match(/\r\n|[\r\n]/g)?.length ?? 0;
    return inner.replaceAll('""', '"');
  }

  #isEnd(): boolean {
    const character = this.#text[this.#at];
    return character === this.#separator || character === '\n' || character === '\r';
  }
}
