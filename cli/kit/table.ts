/**
 * Lines of a table whose columns are as wide as their widest cell.
 *
 * @param alignment `l` or `r` for each column; the last one holds for all that follow
 */
export function tableLines(rows: readonly (readonly string[])[], alignment: string): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const isRight = (column: number) => (alignment[column] ?? alignment.at(-1)) === 'r';
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return isRight(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
