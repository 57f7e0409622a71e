import type { ByteRange } from '../contract.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** Bytes of one request. Two blocks are in memory: one is read while the other is scored. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** Behind the end of a range only the rest of a line is wanted. */
const SMALL_BLOCK_BYTES = 128 * 1024;

/** Bytes of an object from an offset on, in blocks; `end` is where they are likely to end. */
export async function* objectBytes(
  store: ObjectStore,
  object: StoredObject,
  { start, end }: ByteRange = { start: 0, end: object.bytes },
): AsyncGenerator<Buffer> {
  const read = (from: number) => {
    const wanted = from < end ? Math.min(from + BLOCK_BYTES, end) : from + SMALL_BLOCK_BYTES;
    const block = store.read(object, from, Math.min(wanted, object.bytes));
    // Its failure is seen when its turn comes.
    block.catch(() => {});
    return block;
  };
  let at = start;
  let next = at < object.bytes ? read(at) : undefined;
  while (next) {
    const block: Buffer = await next;
    at += block.length;
    next = at < object.bytes ? read(at) : undefined;
    yield block;
  }
}
