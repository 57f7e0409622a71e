import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CliError, reasonOf } from '../kit/errors.ts';
import { lockForThisRun } from '../kit/run-lock.ts';
import type { Layout } from './formats/format.ts';
import { isGzip } from './formats/format-of.ts';
import {
  earlierState,
  type Progress,
  partialOf,
  type State,
  stateOf,
  writeState,
} from './output-state.ts';

/** Makes the output of the lines that a run has written. */
export interface Conversion {
  /** Called for all text before it is written. */
  prepare(text: string): string;
  /** Called when all is written. @returns path of the output, to be moved to its place */
  convert(lines: string, layout: Layout): Promise<string>;
}

/** Destination of scored records. */
export interface Output {
  /** Progress of an earlier run that this one continues. */
  readonly earlier: Progress | undefined;
  /** Writes text, and the progress that it makes up. */
  append(text: string, progress: Progress): Promise<void>;
  /** Called when all is written. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Standard output, for another program. */
export const STANDARD_OUTPUT: Output = {
  earlier: undefined,
  append: (text) => new Promise((written) => process.stdout.write(text, () => written())),
  finish: async () => {},
  close: async () => {},
};

/**
 * A file that appears under its name when it is whole. Until then it grows as `NAME.partial`, and
 * `NAME.partial.state` records its input and its progress: a run that ends at any moment is
 * continued by the next one, with every record once.
 */
export class FileOutput implements Output {
  readonly earlier: Progress | undefined;
  readonly #name: string;
  readonly #run: string | undefined;
  readonly #file: FileHandle;
  readonly #release: () => void;
  readonly #conversion: Conversion | undefined;
  #bytes: number;
  #layout: Layout;

  private constructor(
    name: string,
    run: string | undefined,
    file: FileHandle,
    release: () => void,
    { state, conversion }: { state?: State; conversion?: Conversion },
  ) {
    this.#name = name;
    this.#run = run;
    this.#file = file;
    this.#release = release;
    this.#conversion = conversion;
    this.#bytes = state?.bytes ?? 0;
    this.earlier = state?.progress;
    this.#layout = state?.progress.layout ?? { header: '' };
  }

  /**
   * @param run identifies what the output is made of; undefined: it cannot be continued
   * @param conversion makes the output of the lines; by default they are the output
   * @throws CliError when the file exists already or cannot be written, or another process writes it
   */
  static async open(
    name: string,
    run: string | undefined,
    conversion?: Conversion,
  ): Promise<FileOutput> {
    const failure = (cause: unknown): CliError =>
      cause instanceof CliError
        ? cause
        : new CliError(`${name} cannot be written: ${reasonOf(cause)}`, { cause });
    await mkdir(dirname(name), { recursive: true }).catch((cause: unknown) => {
      throw failure(cause);
    });
    const release = await lockForThisRun(partialOf(name), 'choose another name with --out');
    try {
      await expectNew(name);
      const state = await earlierState(name, run);
      const file = await open(partialOf(name), state ? 'r+' : 'w');
      await file.truncate(state?.bytes ?? 0);
      if (!state) await rm(stateOf(name), { force: true });
      return new FileOutput(name, run, file, release, {
        ...(state && { state }),
        ...(conversion && { conversion }),
      });
    } catch (cause) {
      release();
      throw failure(cause);
    }
  }

  async append(text: string, progress: Progress): Promise<void> {
    this.#layout = progress.layout;
    const bytes = this.#bytesOf(text);
    await this.#expectOnlyWriter();
    await this.#writing(async () => {
      await writeAll(this.#file, bytes, this.#bytes);
      this.#bytes += bytes.length;
      if (this.#run === undefined) return;
      // In this order, so that the state never counts text that a power failure could lose.
      await this.#file.datasync();
      await writeState(this.#name, { run: this.#run, bytes: this.#bytes, progress });
    });
  }

  async finish(): Promise<void> {
    const partial = partialOf(this.#name);
    const whole = (await this.#conversion?.convert(partial, this.#layout)) ?? partial;
    await this.#expectOnlyWriter();
    await this.#writing(async () => {
      if (whole !== partial) await synchronize(whole);
      await rename(whole, this.#name);
      for (const path of [partial, stateOf(this.#name)]) await rm(path, { force: true });
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
    // Such as after an input that cannot be read.
    if (this.#bytes === 0) await rm(partialOf(this.#name), { force: true });
    this.#release();
  }

  /**
   * Finds writers that the lock does not keep out, such as those in another container.
   *
   * @throws CliError when another run writes to the file, too: their records would be mixed
   */
  async #expectOnlyWriter(): Promise<void> {
    const partial = partialOf(this.#name);
    const own = await this.#file.stat();
    const named = await stat(partial).catch(() => undefined);
    if (own.size === this.#bytes && own.ino === named?.ino) return;
    throw new CliError(
      `${partial} was changed by another process; let one run at a time write to ${this.#name}, ` +
        'and repeat the command when the other one has ended',
    );
  }

  #bytesOf(text: string): Buffer {
    if (this.#conversion) return Buffer.from(this.#conversion.prepare(text));
    // Parts that are compressed one by one make up a valid file.
    return isGzip(this.#name) ? gzipSync(text) : Buffer.from(text);
  }

  async #writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (cause) {
      throw new CliError(`${this.#name} cannot be written: ${reasonOf(cause)}`, { cause });
    }
  }
}

/** Repeats writes that the system ends early, as it may. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const rest = bytes.length - written;
    const { bytesWritten } = await file.write(bytes, written, rest, position + written);
    written += bytesWritten;
  }
}

/** Makes a file survive a power failure. */
async function synchronize(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** @throws CliError when the file exists */
async function expectNew(name: string): Promise<void> {
  const found = await stat(name).catch(() => undefined);
  if (found) {
    throw new CliError(`${name} exists already; delete it, or choose another name with --out`);
  }
}
