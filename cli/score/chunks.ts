import type { InputRecord } from './formats/format.ts';

/** Enough for full batches of every length on several cores. */
const CHUNK_TEXTS = 256;

/** Bytes of the input that a chunk may span: bounds memory where records are long. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/** Divides records into groups that are scored, written and remembered together. */
export async function* chunksOf(
  records: AsyncIterable<InputRecord>,
): AsyncGenerator<InputRecord[]> {
  let chunk: InputRecord[] = [];
  let texts = 0;
  let start: number | undefined;
  for await (const record of records) {
    chunk.push(record);
    texts += record.texts.length;
    start ??= record.next.bytes;
    if (texts < CHUNK_TEXTS && record.next.bytes - start < CHUNK_BYTES) continue;
    yield chunk;
    [chunk, texts, start] = [[], 0, undefined];
  }
  if (chunk.length > 0) yield chunk;
}
