/** The rows of a file and the columns that scoring adds; nothing here touches the document. */

import { LABELS } from '../domain/sentiment.ts';
import { csvOf } from './csv.ts';
import type { RowResult } from './file-scoring.ts';
import { type CsvTable, longTextColumn, parseCsv, textColumn } from './parse-csv.ts';

/** Most rows of a file, without its header. */
export const MAX_ROWS = 5_000;

export interface FileTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly separator: string;
  /** Index of the column of texts; -1 if none is known by its name. */
  readonly suggested: number;
  /** Index of the column that has the whole text where the suggested one is cut off; -1 if there is none. */
  readonly longText: number;
}

/** @throws CsvFault */
export function fileTable(text: string, hasHeader: boolean): FileTable {
  const { rows, separator }: CsvTable = parseCsv(text, MAX_ROWS + Number(hasHeader));
  const [first = []] = rows;
  const names = first.map((name, index) => (hasHeader && name.trim()) || `Column ${index + 1}`);
  const suggested = names.length === 1 ? 0 : hasHeader ? textColumn(names) : -1;
  const longText = hasHeader ? longTextColumn(names) : -1;
  return { names, rows: hasHeader ? rows.slice(1) : rows, separator, suggested, longText };
}

/** The text of a row in a column. */
export function textOf(
  { suggested, longText }: FileTable,
  column: number,
  row: readonly string[],
): string {
  const whole = column === suggested ? row[longText] : undefined;
  return whole || (row[column] ?? '');
}

/** Says why a chosen file has nothing to score; undefined if it has rows, or another fault. */
export function emptyFault(text: string, table: FileTable | undefined): string | undefined {
  if (text.trim() === '') return 'The file is empty.';
  return table?.rows.length === 0 ? 'The file has a header, but no rows.' : undefined;
}

/** Reasons of rows that cannot be scored, by index. */
export function rowFaults(table: FileTable, column: number): Map<number, string> {
  const { names, rows } = table;
  const faults = new Map<number, string>();
  for (const [index, row] of rows.entries()) {
    if (row.length > names.length) {
      faults.set(
        index,
        `The row has ${row.length} cells instead of ${names.length}: quote a text that contains the separator.`,
      );
    } else if (textOf(table, column, row).trim() === '') faults.set(index, 'The row has no text.');
  }
  return faults;
}

const ADDED = [
  'label',
  ...LABELS.map((label) => `score_${label}`),
  'certain',
  'truncated',
  'language',
  'language_supported',
  'model_name',
  'model_revision',
  'problem',
];

/**
 * The file with the columns that scoring adds, safe to open in a spreadsheet. The last own column
 * also has the cells that a row has too many.
 */
export function scoredCsv(
  { names, rows, separator }: FileTable,
  results: readonly (RowResult | undefined)[],
): string {
  let prefix = '';
  while (ADDED.some((name) => names.includes(prefix + name))) prefix += 'predicted_';
  const head = [...names, ...ADDED.map((name) => prefix + name)];
  const last = names.length - 1;
  const body = rows.map((row, index) => {
    const cells = names.map((_, at) =>
      at === last ? row.slice(at).join(separator) : (row[at] ?? ''),
    );
    return [...cells, ...addedCells(results[index])];
  });
  return csvOf([head, ...body], separator);
}

function addedCells(result: RowResult | undefined): string[] {
  if (!result || 'fault' in result) {
    const cells = ADDED.map(() => '');
    return [...cells.slice(1), result?.fault ?? 'not scored yet'];
  }
  const { sentimentAnalyst, scores, certain, truncated, language, languageSupported, model } =
    result;
  return [
    sentimentAnalyst,
    ...LABELS.map((label) => String(scores[label])),
    String(certain),
    String(truncated),
    language ?? '',
    languageSupported === null ? '' : String(languageSupported),
    model.name,
    model.revision,
    '',
  ];
}
