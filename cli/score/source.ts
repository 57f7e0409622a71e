import type { Input } from '../kit/input.ts';
import type { LineFormat } from './formats/format.ts';

/** Lines to score. */
export interface Source {
  readonly input: Input;
  /** Shown in messages. */
  readonly name: string;
  readonly format: LineFormat;
  /** Column of the texts; found by default. */
  readonly column: string | undefined;
  /** Name of a line in messages: a line of texts may be a row of a Parquet file. */
  readonly unit: 'line' | 'row';
}
