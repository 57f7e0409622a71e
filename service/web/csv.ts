/** CSV as RFC 4180 describes it; nothing here touches the document. */

type Cell = string | number;

/** Beginnings of texts that a spreadsheet runs as a formula, unless the text is a number. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$/i;

/**
 * Rows of cells as CSV, with a byte order mark so that spreadsheets read it as UTF-8. A text that a
 * spreadsheet would run as a formula gets a `'` before it.
 */
export function csvOf(rows: readonly (readonly Cell[])[], separator = ','): string {
  const lines = rows.map((row) => row.map((cell) => fieldOf(cell, separator)).join(separator));
  return `\ufeff${lines.map((line) => `${line}\r\n`).join('')}`;
}

function fieldOf(cell: Cell, separator: string): string {
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  const isPlain = !/["\r\n]/.test(text) && !text.includes(separator) && text === text.trim();
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
