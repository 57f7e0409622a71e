import type { CsvHeader, CsvHeaders } from './csv-records.ts';
import { CliError } from './errors.ts';

/** Columns and their characters that a message shows. */
const SHOWN_COLUMNS = 20;
const SHOWN_CHARACTERS = 30;

/** Index of the column; one with the name in another case counts unless the exact one is there. */
export function columnNamed(name: string, names: readonly string[]): number | undefined {
  const exact = names.indexOf(name);
  if (exact >= 0) return exact;
  const other = names.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  return other >= 0 ? other : undefined;
}

/** Index of the first of several names that a column has, whatever its case. */
export function firstColumnNamed(
  candidates: readonly string[],
  names: readonly string[],
): number | undefined {
  for (const candidate of candidates) {
    const found = columnNamed(candidate, names);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws CliError when another column has the same name: either may be meant */
export function expectOnce(names: readonly string[], index: number, file: string): void {
  const name = names[index];
  const count = names.filter((other) => other === name).length;
  if (count === 1) return;
  throw new CliError(
    `${file}, line 1: ${count} columns are named '${name}'; give each another name`,
  );
}

/** The header with the most columns: that of the likeliest separator. */
export function widestOf(headers: CsvHeaders): CsvHeader {
  return headers.reduce((best, each) => (each.names.length > best.names.length ? each : best));
}

/** Columns for a message. */
export function listColumns(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_COLUMNS).map((name) => name.slice(0, SHOWN_CHARACTERS));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
