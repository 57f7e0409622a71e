/**
 * Contract of the bulk stack, its command and its tasks: items, keys, reports and the columns of
 * the results. It imports nothing.
 */

/** An object to score, or a range of its bytes. The items of an execution are an array of these. */
export interface Item {
  /** `s3://bucket/key` */
  readonly input: string;
  /** `START-END`: a {@link ByteRange}. */
  readonly range?: string;
}

/**
 * Bytes of an object, the end exclusive. A task scores the lines that begin in its range: every line
 * of an object belongs to one of the ranges that cover it.
 */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface S3Location {
  readonly bucket: string;
  /** Empty for a whole bucket. */
  readonly key: string;
}

/** A line that is not in the results. */
export interface LeftOutLine {
  /** Line of the object, from 1; of an item with a range: line of the range. Row of a Parquet file. */
  readonly line: number;
  /** Byte of the object at which the line begins; of a compressed one: of its content. Absent for rows. */
  readonly byte?: number;
  readonly problem: string;
}

/** Values of the manifest that change results, and are not part of the model's revision. */
export interface ModelValues {
  readonly labels: readonly string[];
  readonly languages: readonly string[];
  readonly max_tokens: number;
  readonly certain_margin: number;
}

/** Written last: an item is done if its report exists, and the result of which it is. */
export interface Report {
  readonly input: string;
  readonly range?: string;
  /** ETag of the object that was scored: an object that has changed is scored again. */
  readonly etag: string;
  /** Options of the task, where given: with others the object is scored again. */
  readonly text_column?: string;
  readonly id_column?: string;
  /** Lines that begin in the item, blank ones and the header of CSV included. Rows of Parquet. */
  readonly lines: number;
  /** Rows of the output; a line that is a page of tweets has several. */
  readonly scored: number;
  /** Texts that are not in the output. */
  readonly left_out: number;
  /** At most {@link MAX_NAMED_LINES}. */
  readonly first_left_out: readonly LeftOutLine[];
  readonly seconds: number;
  /** In UTC, with milliseconds; reports of version 0.2.0 lack it. */
  readonly finished_at?: string;
  readonly model_name: string;
  readonly model_revision: string;
  /** With others the object is scored again; reports of version 0.2.0 lack them. */
  readonly model_values?: ModelValues;
  /** `s3://bucket/key` of the Parquet file. */
  readonly output: string;
  /**
   * ETag of the Parquet file: if another one is in its place, such as of a run with other options, or
   * none, the object is scored again. Reports of version 0.2.0 lack it.
   */
  readonly output_etag?: string;
  /** With another one the object is scored again; reports of version 0.2.0 lack it. */
  readonly results_version?: number;
}

export const MAX_NAMED_LINES = 100;

/** Folder levels of results and reports, which the table has as its partitions. */
export const PARTITION_COLUMNS = ['model_name', 'model_revision'] as const;

interface ResultColumn {
  /** Type in Athena. */
  readonly type: 'string' | 'bigint' | 'double' | 'boolean' | 'timestamp';
  /** True where a row may have none. */
  readonly nullable?: true;
  readonly description: string;
}

/**
 * Columns of every result, in their order, whatever the input's format: one table has them all. The
 * columns and keys of the input are in `record`.
 */
export const RESULT_COLUMNS = {
  input: { type: 'string', description: 'Object of the text, s3://bucket/key' },
  line: { type: 'bigint', description: 'Line in which it begins, from 1, or line of the range' },
  byte: { type: 'bigint', nullable: true, description: 'Byte at which that line begins' },
  id: { type: 'string', nullable: true, description: 'Id of the record, with every digit' },
  text: { type: 'string', description: 'The text that was scored' },
  record: { type: 'string', nullable: true, description: 'The record, as a JSON object' },
  label: { type: 'string', description: 'negative, neutral or positive' },
  score_negative: { type: 'double', description: 'Probability of negative' },
  score_neutral: { type: 'double', description: 'Probability of neutral' },
  score_positive: { type: 'double', description: 'Probability of positive' },
  truncated: { type: 'boolean', description: 'Only the beginning of the text was read' },
  certain: { type: 'boolean', description: 'The two highest scores are apart by a margin' },
  language: {
    type: 'string',
    nullable: true,
    description: 'Language of the text (ISO 639); null if undetermined',
  },
  language_supported: {
    type: 'boolean',
    nullable: true,
    description: 'The model reads this language; null if the language or its languages are unknown',
  },
  scored_at: { type: 'timestamp', description: 'When it was scored, in UTC' },
} as const satisfies Record<string, ResultColumn>;

export type ResultColumnName = keyof typeof RESULT_COLUMNS;

/** @returns undefined for text of another form than `s3://bucket/key` */
export function parseLocation(url: string): S3Location | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

export function locationUrl({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}

/** @returns undefined for text of another form than `START-END`, and for an empty range */
export function parseRange(text: string): ByteRange | undefined {
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const range = { start: Number(first), end: Number(last) };
  return range.start < range.end ? range : undefined;
}

export function rangeText({ start, end }: ByteRange): string {
  return `${start}-${end}`;
}

/**
 * True for objects whose lines may be scored by ranges. A line break of CSV may be inside of quotes,
 * and compressed objects are read from their beginning.
 */
export function isSplittable(key: string): boolean {
  return /\.(?:jsonl|ndjson|txt)$/i.test(key);
}

/** Longest key of S3, in bytes. */
export const MAX_KEY_BYTES = 1024;

export interface ResultKeys {
  readonly output: string;
  readonly report: string;
}

/**
 * Keys of an item's result and report, below the prefixes given. They are the same for every run with
 * the same model: a repeated item replaces its result.
 */
export function resultKeys(
  { input, range }: Item,
  { output, reports }: { readonly output: string; readonly reports: string },
  model: { readonly name: string; readonly revision: string },
): ResultKeys {
  const key = parseLocation(input)?.key ?? input;
  const partition = `model_name=${model.name}/model_revision=${model.revision}`;
  // Athena passes over names that begin with a dot or an underscore.
  const visible = key.replace(/(^|\/)(?=[._])/g, '$1-');
  const name = `${partition}/${visible}${range === undefined ? '' : `.${range}`}`;
  return {
    output: `${folderOf(output)}${name}.parquet`,
    report: `${folderOf(reports)}${name}.json`,
  };
}

/** A prefix that ends where a name does. */
export function folderOf(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** An item as messages name it. */
export function itemName({ input, range }: Item): string {
  return range === undefined ? input : `${input} bytes ${range}`;
}

/** A report of its JSON; undefined when it is none. */
export function parseReport(json: string): Report | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isReport(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const TEXTS = ['input', 'etag', 'model_name', 'model_revision', 'output'];
const COUNTS = ['lines', 'scored', 'left_out', 'seconds'];

function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null) return false;
  const member = (name: string): unknown => Reflect.get(value, name);
  return (
    TEXTS.every((name) => typeof member(name) === 'string') &&
    COUNTS.every((name) => typeof member(name) === 'number') &&
    Array.isArray(member('first_left_out'))
  );
}
