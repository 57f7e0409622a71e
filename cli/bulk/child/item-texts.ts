import type { InputRecord } from '../../score/formats/format.ts';

/** The records of an item. */
export interface ItemTexts {
  readonly records: AsyncIterable<InputRecord>;
  /** Names of the columns of CSV. */
  readonly columns: readonly string[];
  /** False for rows of Parquet, which begin at no byte. */
  readonly hasBytes: boolean;
  /** Lines, or rows of Parquet, that were read so far. */
  lines(): number;
}
