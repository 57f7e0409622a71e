import { columnNamed } from '../../kit/csv-columns.ts';

/** Columns that hold the text where none is named, the likeliest first. */
const LIKELY = ['text', 'full_text', 'tweet', 'content', 'message', 'body', 'comment', 'review'];

/** Index of the column of the texts: the named one, else a likely one. */
export function textColumn(
  columns: readonly string[],
  named: string | undefined,
): number | undefined {
  const candidates = named === undefined ? LIKELY : [named];
  for (const candidate of candidates) {
    const found = columnNamed(candidate, columns);
    if (found !== undefined) return found;
  }
  return undefined;
}
