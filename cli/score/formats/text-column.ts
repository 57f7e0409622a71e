import { LONG_TEXT_COLUMN, TEXT_COLUMNS } from '../../../service/contract/text-columns.ts';
import { columnNamed, firstColumnNamed } from '../../kit/csv-columns.ts';

/** Index of the column of the texts: the named one, else a likely one. */
export function textColumn(
  columns: readonly string[],
  named: string | undefined,
): number | undefined {
  return firstColumnNamed(named === undefined ? TEXT_COLUMNS : [named], columns);
}

/** Index of the column that has the whole text where the text is cut off; absent if a column is named. */
export function longTextColumn(
  columns: readonly string[],
  named: string | undefined,
): number | undefined {
  return named === undefined ? columnNamed(LONG_TEXT_COLUMN, columns) : undefined;
}
