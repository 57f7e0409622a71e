import { TEXT_COLUMNS } from '../../../service/contract/text-columns.ts';
import { columnNamed } from '../../kit/csv-columns.ts';

/** Index of the column of the texts: the named one, else a likely one. */
export function textColumn(
  columns: readonly string[],
  named: string | undefined,
): number | undefined {
  const candidates = named === undefined ? TEXT_COLUMNS : [named];
  for (const candidate of candidates) {
    const found = columnNamed(candidate, columns);
    if (found !== undefined) return found;
  }
  return undefined;
}
