import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, reasonOf } from './errors.ts';
import { encodingOf, MARK, utf8Of } from './utf8.ts';

const LINE_FEED = 0x0a;

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
      if (isSeekable && (await isUtf8(this.#path))) {
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

async function isUtf8(path: string): Promise<boolean> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: MARK.length - 1 })) chunks.push(chunk);
  return encodingOf(Buffer.concat(chunks)) === 'utf-8';
}
