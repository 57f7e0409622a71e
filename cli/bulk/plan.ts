import { formatOfName } from '../score/formats/format-of.ts';
import { type Item, isSplittable, rangeText } from './contract.ts';

/** An object of the folder to score. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

/** An item, and the bytes that it reads. */
export interface PlannedItem {
  readonly item: Item;
  readonly bytes: number;
}

export interface Plan {
  readonly items: readonly PlannedItem[];
  /** Objects of the items. */
  readonly objects: readonly ListedObject[];
  /** Keys of another format. */
  readonly unknown: readonly string[];
  readonly empty: number;
}

const MIB = 2 ** 20;
/**
 * Not larger, because a lost task loses its work; not smaller, because each task takes time to start.
 * Never changed: results of earlier ranges would stay beside those of the new ones, and the table would
 * have their rows twice.
 */
export const RANGE_BYTES = 64 * MIB;

/**
 * Items that cover each byte of the known objects once. Objects that can be read from any line are
 * cut into ranges, whose places do not depend on the object's size: the results of an object that
 * has grown replace those from before.
 */
export function planItems(
  bucket: string,
  objects: readonly ListedObject[],
  rangeBytes = RANGE_BYTES,
): Plan {
  const known = objects.filter(({ key }) => isKnown(key));
  const filled = known.filter(({ bytes }) => bytes > 0);
  return {
    items: filled.flatMap(({ key, bytes }) =>
      itemsOf(`s3://${bucket}/${key}`, key, bytes, rangeBytes),
    ),
    objects: filled,
    unknown: objects.map(({ key }) => key).filter((key) => !isKnown(key)),
    empty: known.length - filled.length,
  };
}

/** True for a key whose ending tells a format that tasks read. */
function isKnown(key: string): boolean {
  const format = formatOfName(key);
  return format !== undefined && !(format === 'parquet' && /\.gz$/i.test(key));
}

function itemsOf(input: string, key: string, bytes: number, rangeBytes: number): PlannedItem[] {
  if (!isSplittable(key)) return [{ item: { input }, bytes }];
  return Array.from({ length: Math.ceil(bytes / rangeBytes) }, (_, index) => {
    const start = index * rangeBytes;
    const end = start + rangeBytes;
    return {
      item: { input, range: rangeText({ start, end }) },
      bytes: Math.min(bytes, end) - start,
    };
  });
}
