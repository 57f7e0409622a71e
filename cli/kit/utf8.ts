import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

type Encoding = 'gzip' | 'utf-16le' | 'utf-16be' | 'utf-8';

/** Byte order mark of UTF-8. */
export const MARK = Buffer.from('\ufeff');

/** Decodes gzip and UTF-16 to UTF-8. Keeps the byte order mark. */
export async function* utf8Of(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const head = await headOf(chunks);
  const encoding = encodingOf(head);
  const whole = rejoined(head, chunks);
  if (encoding === 'utf-8') yield* whole;
  else if (encoding === 'gzip') yield* utf8Of(unzipped(whole));
  else {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    for await (const chunk of whole) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
  }
}

/** Joins the members of a gzip file. Zeros behind them, with which some tools fill blocks, end it. */
async function* unzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* pipeline(Readable.from(source), createGunzip(), () => {});
  } catch (cause) {
    // The first member has a correct header: its first bytes were read as those of gzip.
    if ((cause as Partial<Error>).message !== 'incorrect header check') throw cause;
    throw new Error(
      'bytes that are not gzip follow its gzip data; if they may be left out, write the file again: gzip -dc FILE | gzip > NEW',
      { cause },
    );
  }
}

async function headOf(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < MARK.length) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* rejoined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** Encoding by the first bytes. */
export function encodingOf([first, second]: Buffer): Encoding {
  if (first === 0x1f && second === 0x8b) return 'gzip';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
