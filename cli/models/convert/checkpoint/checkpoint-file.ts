import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { CheckpointError, ConversionError } from '../conversion-error.ts';

/** Read-only random access to one file of weights. */
export class CheckpointFile {
  readonly name: string;
  readonly bytes: number;
  readonly #handle: FileHandle;

  private constructor(name: string, bytes: number, handle: FileHandle) {
    this.name = name;
    this.bytes = bytes;
    this.#handle = handle;
  }

  /** @throws ConversionError when the file cannot be read */
  static async open(path: string): Promise<CheckpointFile> {
    const name = basename(path);
    const handle = await open(path).catch((cause: Error) => {
      throw new ConversionError(`${name} cannot be read: ${cause.message}`, { cause });
    });
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new ConversionError(`${name} is not a file`);
      return new CheckpointFile(name, stats.size, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws ConversionError when the range reaches past the end of the file */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!isRange(offset, length) || offset + length > this.bytes) {
      throw this.fault(
        `bytes ${offset} to ${offset + length} are needed, but the file has ${this.bytes}; download it again`,
      );
    }
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(
        bytes,
        filled,
        length - filled,
        offset + filled,
      );
      if (bytesRead === 0) throw this.fault('the file was cut while it was read; try again');
      filled += bytesRead;
    }
    return bytes;
  }

  fault(message: string, cause?: unknown): CheckpointError {
    return new CheckpointError(`${this.name}: ${message}`, { cause });
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function isRange(offset: number, length: number): boolean {
  return Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
}
