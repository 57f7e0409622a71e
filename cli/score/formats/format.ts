import type { LineStart } from '../../kit/lines.ts';
import type { AddedValues } from '../added-columns.ts';

/** Formats that are read line by line. */
export type LineFormat = 'csv' | 'jsonl' | 'text';

export type FormatName = LineFormat | 'parquet';

/** A record as it is in the input. */
export type RecordSource = { readonly json: string } | { readonly cells: readonly string[] };

/** A text to score, and its place in the output. */
export interface ScorableText {
  readonly text: string;
  /** The record: an object's JSON, or cells of CSV; null if the text is the whole record. */
  readonly source: RecordSource | null;
  /** A line of the output, without its end. */
  scored(added: AddedValues): string;
}

/** A text that is left out, and the reason. */
export interface LeftOutText {
  readonly fault: string;
  /** Position of a tweet in a page of several, from 1. */
  readonly tweet?: number;
  /** The record has no text by the name that was given. */
  readonly lacksText?: true;
}

/** A record of the input: a line, or the lines of a CSV record. */
export interface InputRecord {
  /** Line in which it begins. */
  readonly line: number;
  /** Byte of the input at which it begins. */
  readonly byte: number;
  /** Start of the next record. */
  readonly next: LineStart;
  /** One text, several of a page of tweets, none of a blank line. */
  readonly texts: readonly (ScorableText | LeftOutText)[];
}

/** Columns that the output copies from the input, decided by the first record. Kept for a later run. */
export interface Layout {
  /** Text before the first record of the output. */
  readonly header: string;
  /** Of CSV: the separator, the number of columns, and the place of the text among them. */
  readonly csv?: {
    readonly delimiter: string;
    readonly width: number;
    readonly text: number;
    readonly longText?: number;
  };
}

export interface RecordReader {
  readonly layout: Layout;
  readonly records: AsyncIterable<InputRecord>;
}
