/** Columns that hold the text where none is named, the likeliest first. */
const LIKELY = ['text', 'full_text', 'tweet', 'content', 'message', 'body', 'comment', 'review'];

/**
 * Finds the column of the texts: the named one, in another case unless the exact one is there; else
 * a likely one.
 */
export function textColumn(
  columns: readonly string[],
  named: string | undefined,
): string | undefined {
  const candidates = named === undefined ? LIKELY : [named];
  for (const candidate of candidates) {
    const found =
      columns.find((column) => column === candidate) ??
      columns.find((column) => column.toLowerCase() === candidate.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}
