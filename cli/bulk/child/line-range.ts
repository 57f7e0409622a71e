import type { ByteRange } from '../contract.ts';

const LINE_FEED = 0x0a;

/**
 * Offset of the first line that begins in a range; undefined when none does.
 *
 * @param bytes those of the object from the byte before the range, whose line feed would begin one
 */
export async function firstLineIn(
  { start, end }: ByteRange,
  bytes: AsyncIterable<Buffer>,
): Promise<number | undefined> {
  if (start === 0) return 0;
  let at = start - 1;
  for await (const chunk of bytes) {
    const feed = chunk.indexOf(LINE_FEED);
    if (feed >= 0) return at + feed + 1 < end ? at + feed + 1 : undefined;
    at += chunk.length;
    if (at >= end) return undefined;
  }
  return undefined;
}

/**
 * Bytes up to the end of the last line that begins before `end`.
 *
 * @param bytes those of the object from offset `start` on
 */
export async function* wholeLines(
  { start, end }: ByteRange,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let at = start;
  for await (const chunk of bytes) {
    // A line feed just before the end is the last one, too: the next line belongs to the next range.
    const feed = chunk.indexOf(LINE_FEED, Math.max(0, end - 1 - at));
    if (feed >= 0) {
      yield chunk.subarray(0, feed + 1);
      return;
    }
    yield chunk;
    at += chunk.length;
  }
}
