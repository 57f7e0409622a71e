/** CSV as RFC 4180 describes it; nothing here touches the document. */

type Cell = string | number;

/** A spreadsheet takes a text that starts so for a formula. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Rows of cells as CSV. A text that a spreadsheet would run as a formula gets a `'` before it. */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(fieldOf).join(',')}\r\n`).join('');
}

function fieldOf(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
