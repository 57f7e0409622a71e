import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CliError, reasonOf } from './errors.ts';

type Encoding = 'gzip' | 'utf-16le' | 'utf-16be' | 'utf-8';

const LINE_FEED = 0x0a;

/** Byte order mark of UTF-8. */
const MARK = Buffer.from('\ufeff');

/** Bytes of a file or of standard input, as UTF-8: gzip and UTF-16 are decoded. */
export class Input {
  readonly name: string;
  /** Identifies the content of a file; undefined for standard input, which has no second run. */
  readonly fingerprint: string | undefined;
  readonly #path: string | undefined;
  #hasMark = false;

  private constructor(name: string, path?: string, fingerprint?: string) {
    this.name = name;
    this.#path = path;
    this.fingerprint = fingerprint;
  }

  /** @param file its path, or `-` for standard input @throws CliError when it cannot be read */
  static async open(file: string): Promise<Input> {
    if (file === '-') return new Input('standard input');
    try {
      const found = await stat(file);
      if (found.isDirectory()) throw new Error('it is a directory');
      // A pipe, such as one of `<(...)`, has no second run.
      if (!found.isFile()) return new Input(file, file);
      const path = resolve(file);
      return new Input(file, path, `${path}:${found.size}:${found.mtimeMs}`);
    } catch (cause) {
      throw new CliError(`${file} cannot be read: ${reasonOf(cause)}`, { cause });
    }
  }

  /** True when the bytes read so far begin with a byte order mark. */
  get hasMark(): boolean {
    return this.#hasMark;
  }

  /** Lines of the file; null for standard input. */
  async countLines(): Promise<number | null> {
    if (this.fingerprint === undefined) return null;
    let lines = 0;
    let last = LINE_FEED;
    for await (const chunk of this.bytes(0)) {
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1))
        lines++;
      last = chunk.at(-1) ?? last;
    }
    return last === LINE_FEED ? lines : lines + 1;
  }

  /** @param from bytes of the decoded text to leave out @throws CliError when reading fails */
  async *bytes(from: number): AsyncGenerator<Buffer> {
    try {
      const isSeekable = from > 0 && this.fingerprint !== undefined && this.#path !== undefined;
      if (isSeekable && (await encodingOfFile(this.#path)) === 'utf-8') {
        yield* createReadStream(this.#path, { start: from });
      } else yield* this.#decoded(from);
    } catch (cause) {
      throw new CliError(`${this.name} cannot be read: ${reasonOf(cause)}`, { cause });
    }
  }

  async *#decoded(from: number): AsyncGenerator<Buffer> {
    const source = this.#path === undefined ? process.stdin : createReadStream(this.#path);
    let offset = 0;
    for await (const chunk of utf8Of(source)) {
      if (offset === 0) this.#hasMark = chunk.subarray(0, MARK.length).equals(MARK);
      if (offset + chunk.length > from) yield chunk.subarray(Math.max(0, from - offset));
      offset += chunk.length;
    }
  }
}

/** UTF-8 of any encoding, with the byte order mark that the source has. */
async function* utf8Of(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const head = await headOf(chunks);
  const encoding = encodingOf(head);
  const whole = rejoined(head, chunks);
  if (encoding === 'utf-8') yield* whole;
  else if (encoding === 'gzip') yield* pipeline(Readable.from(whole), createGunzip(), () => {});
  else {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    for await (const chunk of whole) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
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

async function encodingOfFile(path: string): Promise<Encoding> {
  return encodingOf(
    await headOf(createReadStream(path, { end: MARK.length - 1 })[Symbol.asyncIterator]()),
  );
}

function encodingOf([first, second]: Buffer): Encoding {
  if (first === 0x1f && second === 0x8b) return 'gzip';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
