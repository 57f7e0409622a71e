import { CsvError, parse } from 'csv-parse/sync';
import { CliError } from './errors.ts';
import { carriageReturnFault, type Line, type LineStart, withRemedy } from './lines.ts';

/** Separators that are tried, the likeliest first. */
const SEPARATORS = [',', ';', '\t'] as const;

/** Longest record of several lines; a longer one has a quote that is never closed. */
const MAX_RECORD_CHARACTERS = 1024 * 1024;

interface CsvPlace {
  /** Line in which it begins, and its offset in bytes. */
  readonly line: number;
  readonly byte: number;
  readonly next: LineStart;
}

/** A record of CSV, or the reason why the line in which it begins is left out. */
export type CsvRecord = CsvPlace &
  ({ readonly cells: readonly string[] } | { readonly fault: string });

export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
}

/** The first record, as read with each separator that fits, the likeliest first. */
export type CsvHeaders = readonly [CsvHeader, ...CsvHeader[]];

/** Separator of a file, and the number of its columns. */
export interface CsvShape {
  readonly delimiter: string;
  readonly width: number;
}

const QUOTE_FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote; write a quote inside of a cell as ""',
  INVALID_OPENING_QUOTE:
    'has a quote inside of a cell without quotes; put the cell in quotes and write the quote as ""',
};

const OTHER_FAULT = 'is not a record of CSV';

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

  /**
   * Reads the first record.
   *
   * @throws CliError when there is none
   */
  async headers(file: string): Promise<CsvHeaders> {
    const lines = await this.#record();
    const [line] = lines ?? [];
    if (!lines || !line) throw new CliError(`${file} is empty`);
    const returns = carriageReturnFault(textOf(lines));
    if (returns !== undefined) throw new CliError(`${file}, line ${line.number} ${returns}`);
    let fault = line.fault ?? OTHER_FAULT;
    const headers: CsvHeader[] = [];
    for (const delimiter of line.text === null ? [] : SEPARATORS) {
      const parsed = parseRecord(textOf(lines), delimiter);
      if (typeof parsed === 'string') fault = parsed;
      else headers.push({ delimiter, names: parsed.map((name) => name.trim()) });
    }
    const [first, ...others] = headers;
    if (!first) throw new CliError(`${file}, line ${line.number} ${withRemedy(fault)}`);
    return [first, ...others];
  }

  /** The next record; undefined at the end. Blank lines are skipped. */
  async next({ delimiter, width }: CsvShape): Promise<CsvRecord | undefined> {
    const lines = await this.#record();
    const [first] = lines ?? [];
    if (!lines || !first) return undefined;
    if (first.fault !== undefined) return { ...placeOf(first, first), fault: first.fault };
    const cells = parseRecord(textOf(lines), delimiter);
    if (typeof cells === 'string') {
      for (const line of lines.slice(1).reverse()) this.#again.push(line);
      return { ...placeOf(first, first), fault: cells };
    }
    const place = placeOf(first, lines.at(-1) ?? first);
    if (cells.length === width) return { ...place, cells };
    const fault =
      `has ${cells.length} cells, and the header ${width}; a cell that contains the separator ` +
      'must be quoted';
    return { ...place, fault };
  }

  /** The lines of the next record, before they are parsed. */
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

function placeOf(first: Line, last: Line): CsvPlace {
  return { line: first.number, byte: first.start, next: { bytes: last.end, lines: last.number } };
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join('\n');
}

/** The cells of one record, or the reason why it is not a record. */
function parseRecord(text: string, delimiter: string): readonly string[] | string {
  try {
    const [record, ...others] = parse(text.replace(/\r$/, ''), {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
    });
    return record && others.length === 0 ? record : OTHER_FAULT;
  } catch (error) {
    if (error instanceof CsvError) return QUOTE_FAULTS[error.code] ?? OTHER_FAULT;
    throw error;
  }
}
