import { parse } from 'csv-parse/sync';
import { CliError } from '../../kit/errors.ts';
import { type Line, linesOf } from '../../kit/lines.ts';
import { encodingOf, MARK, utf8Of } from '../../kit/utf8.ts';
import { NO_ADDED_COLUMNS } from '../../score/added-columns.ts';
import type { InputRecord, LineFormat } from '../../score/formats/format.ts';
import { inputFormat } from '../../score/formats/format-of.ts';
import { openRecords } from '../../score/formats/open-records.ts';
import { uniqueNames } from '../../score/formats/unique-names.ts';
import { type ByteRange, isSplittable, locationUrl } from '../contract.ts';
import type { ItemTexts } from './item-texts.ts';
import { firstLineIn, wholeLines } from './line-range.ts';
import { objectBytes } from './object-bytes.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { openParquet } from './parquet-rows.ts';

export interface OpenItemOptions {
  readonly store: ObjectStore;
  readonly object: StoredObject;
  readonly range: ByteRange | undefined;
  /** Column of the texts; found by default. */
  readonly textColumn: string | undefined;
}

/** Opens an item. @throws CliError when the object has no texts */
export async function openItem(options: OpenItemOptions): Promise<ItemTexts> {
  const { store, object, range, textColumn } = options;
  const name = locationUrl(object);
  const format = inputFormat(name, undefined);
  if (object.bytes === 0) return NOTHING;
  const isSplit = range !== undefined && (await canBeSplit(store, object));
  // The range that begins at 0 has all lines of an object that is read from its beginning only.
  if (range && !isSplit && range.start > 0) return NOTHING;
  if (format === 'parquet') return openParquet({ store, object, textColumn });
  const lines = isSplit
    ? await linesOfRange(store, object, range)
    : linesOf(decoded(name, objectBytes(store, object)));
  const counted = new CountedLines(lines);
  // A compressed object may be empty, too.
  if (await counted.isEmpty()) return NOTHING;
  return openLines(format, counted, { name, textColumn });
}

const NOTHING: ItemTexts = {
  records: noRecords(),
  columns: [],
  hasBytes: true,
  lines: () => 0,
};

async function* noRecords(): AsyncGenerator<InputRecord> {}

/** @throws CliError also for compressed content that is cut off or damaged */
async function* decoded(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* utf8Of(bytes);
  } catch (cause) {
    const { code } = { ...(cause as { code?: unknown }) };
    if (!/^Z_/.test(String(code))) throw cause;
    throw new CliError(`${name} is compressed, and cut off or damaged; upload it again`, { cause });
  }
}

async function canBeSplit(store: ObjectStore, object: StoredObject): Promise<boolean> {
  if (!isSplittable(object.key)) return false;
  const head = await store.read(object, 0, Math.min(MARK.length, object.bytes));
  return encodingOf(head) === 'utf-8';
}

async function linesOfRange(
  store: ObjectStore,
  object: StoredObject,
  range: ByteRange,
): Promise<AsyncGenerator<Line>> {
  const before = { start: Math.max(0, range.start - 1), end: range.start };
  const start = await firstLineIn(range, objectBytes(store, object, before));
  if (start === undefined) return linesOf(noBytes());
  const rest = { start, end: range.end };
  return linesOf(wholeLines(rest, objectBytes(store, object, rest)), { bytes: start, lines: 0 });
}

async function* noBytes(): AsyncGenerator<Buffer> {}

async function openLines(
  format: LineFormat,
  lines: CountedLines,
  { name, textColumn }: { readonly name: string; readonly textColumn: string | undefined },
): Promise<ItemTexts> {
  const options = { name, column: textColumn, added: NO_ADDED_COLUMNS, hasMark: () => false };
  const { records, layout } = await openRecords(format, lines, options, undefined);
  const { csv } = layout;
  const [columns = []]: string[][] = csv ? parse(layout.header, { delimiter: csv.delimiter }) : [];
  return { records, columns: uniqueNames(columns), hasBytes: true, lines: () => lines.count };
}

/** Lines that count themselves as they are read. */
class CountedLines implements AsyncIterableIterator<Line> {
  readonly #lines: AsyncIterator<Line>;
  #first: Promise<IteratorResult<Line>> | undefined;
  count = 0;

  constructor(lines: AsyncIterator<Line>) {
    this.#lines = lines;
  }

  /** Reads ahead by a line. */
  async isEmpty(): Promise<boolean> {
    this.#first = this.#lines.next();
    return Boolean((await this.#first).done);
  }

  async next(): Promise<IteratorResult<Line>> {
    const result = await (this.#first ?? this.#lines.next());
    this.#first = undefined;
    if (!result.done) this.count++;
    return result;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
