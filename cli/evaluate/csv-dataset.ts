import { CsvError, type Options, parse } from 'csv-parse/sync';
import type { Label } from '../../service/domain/sentiment.ts';
import { SEPARATORS } from '../kit/csv-records.ts';
import { CliError } from '../kit/errors.ts';
import type { Dataset } from './dataset.ts';
import { labelFault, parseLabel } from './parse-label.ts';
import { readText } from './read-text.ts';

/** Names of columns in the first line. */
export interface CsvColumns {
  readonly text: string;
  readonly label: string;
}

interface CsvLine {
  readonly fields: readonly string[];
  /** Line in which the record begins, from 1. */
  readonly line: number;
}

/** The first one that gives the header both columns is used. */

const QUOTES_FAULT =
  'quotation marks do not match; quote a field that contains some, and double each of them';

/** Columns and their characters that a message shows. */
const SHOWN_COLUMNS = 20;
const SHOWN_CHARACTERS = 30;

/**
 * Reads a dataset of one CSV file (RFC 4180) with a header, separated by commas, semicolons or
 * tabs.
 *
 * @throws CliError naming the file, the line and the value that is wrong
 */
export async function readCsv(path: string, columns: CsvColumns): Promise<Dataset> {
  // Line ends of any system; those in quoted texts too.
  const content = (await readText(path)).replace(/\r\n?/g, '\n');
  const { separator, text, label, width } = layoutOf(content, path, columns);
  const texts: string[] = [];
  const labels: Label[] = [];
  const lines: number[] = [];
  for (const { fields, line } of recordsOf(content, separator, path).slice(1)) {
    if (fields.length !== width) {
      throw new CliError(
        `${path}, line ${line}: expected ${width} fields as in the header, got ${fields.length}; a ` +
          `text that contains ${nameOf(separator)} must be quoted`,
      );
    }
    const given = fields[label] ?? '';
    const parsed = parseLabel(given);
    if (parsed === undefined) {
      throw new CliError(`${path}, line ${line}, column '${columns.label}': ${labelFault(given)}`);
    }
    texts.push(fields[text] ?? '');
    labels.push(parsed);
    lines.push(line);
  }
  if (texts.length === 0) throw new CliError(`${path} has a header but no texts`);
  return { texts, labels, lines };
}

/** Separator, and places of the columns. */
function layoutOf(content: string, path: string, columns: CsvColumns) {
  if (content.trim() === '') throw new CliError(`${path} is empty`);
  const headers = SEPARATORS.map((separator) => ({
    separator,
    names: headerOf(content, separator),
  }));
  for (const { separator, names } of headers) {
    const [text, label] = [columns.text, columns.label].map((name) => placeOf(name, names));
    if (text !== undefined && label !== undefined) {
      for (const index of [text, label]) expectOnce(names, index, path);
      return { separator, text, label, width: names.length };
    }
  }
  const { names } = headers.reduce((a, b) => (b.names.length > a.names.length ? b : a));
  const missing = [
    { option: '--text-column', name: columns.text },
    { option: '--label-column', name: columns.label },
  ].filter(({ name }) => placeOf(name, names) === undefined);
  if (names.length === 0) throw new CliError(`${path}, line 1: ${QUOTES_FAULT}`);
  throw new CliError(
    `${path} has no column ${missing.map(({ name }) => `'${name}'`).join(' and ')} in its first ` +
      `line; name it with ${missing.map(({ option }) => option).join(' and ')}. ` +
      `Its columns: ${listOf(names)}`,
  );
}

/** @throws CliError when another column has the same name: either may be meant */
function expectOnce(names: readonly string[], index: number, path: string): void {
  const name = names[index];
  const count = names.filter((other) => other === name).length;
  if (count === 1) return;
  throw new CliError(
    `${path}, line 1: ${count} columns are named '${name}'; give each another name`,
  );
}

/** Empty where quotes do not match with this separator. */
function headerOf(content: string, separator: string): string[] {
  try {
    const [header = []] = parse(content, { ...csvOptions(separator), to: 1 });
    return header.map((name) => name.trim());
  } catch {
    return [];
  }
}

/** A name in another case counts unless the exact one is there. */
function placeOf(name: string, names: readonly string[]): number | undefined {
  const exact = names.indexOf(name);
  if (exact >= 0) return exact;
  const other = names.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  return other >= 0 ? other : undefined;
}

/** Records with the lines in which they begin; blank lines are left out. */
function recordsOf(content: string, separator: string, path: string): CsvLine[] {
  const records: CsvLine[] = [];
  let linesRead = 0;
  try {
    parse(content, {
      ...csvOptions(separator),
      on_record: (fields, { lines }) => {
        const isBlank = fields.length === 1 && fields[0]?.trim() === '';
        if (!isBlank) records.push({ fields, line: linesRead + 1 });
        linesRead = lines;
        return null;
      },
    });
    return records;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new CliError(`${path}, line ${linesRead + 1}: ${QUOTES_FAULT}`, { cause });
  }
}

function csvOptions(delimiter: string) {
  return { delimiter, record_delimiter: '\n', relax_column_count: true } satisfies Options;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_COLUMNS).map((name) => name.slice(0, SHOWN_CHARACTERS));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function nameOf(separator: string): string {
  return separator === '\t' ? 'a tab' : `'${separator}'`;
}
