import { constants, gunzipSync } from 'node:zlib';
import type { ListedObject } from './plan.ts';

/** First bytes of an object. */
export type ReadHead = (key: string, bytes: number) => Promise<Buffer>;

const HEAD_BYTES = 256 * 1_024;
const OBJECTS_READ = 5;
/** Assumed if nothing can be counted: rows of Parquet, or a head without a line break. */
const ASSUMED_BYTES = 120;

/** Bytes of a text as they lie on S3, from the heads of a few of the largest objects. */
export async function sampleBytesPerText(
  objects: readonly ListedObject[],
  readHead: ReadHead,
): Promise<{ readonly bytesPerText: number; readonly assumed: boolean }> {
  const read = objects
    .filter(({ key }) => !/\.parquet$/i.test(key))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, OBJECTS_READ);
  let bytes = 0;
  let lines = 0;
  for (const { key } of read) {
    const head = await readHead(key, HEAD_BYTES);
    bytes += head.length;
    lines += linesIn(/\.gz$/i.test(key) ? inflated(head) : head);
  }
  return lines === 0
    ? { bytesPerText: ASSUMED_BYTES, assumed: true }
    : { bytesPerText: bytes / lines, assumed: false };
}

/** The content of a gzip file that is cut off. */
function inflated(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 28 });
  } catch {
    return Buffer.alloc(0);
  }
}

function linesIn(content: Buffer): number {
  let lines = 0;
  for (const byte of content) if (byte === 0x0a) lines += 1;
  return lines;
}
