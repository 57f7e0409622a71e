import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError } from './source.ts';

const MAX_TEXT_BYTES = 4_096;
const WINDOW_BYTES = 1 << 16;

/**
 * Calls `read` with an open ONNX graph.
 *
 * @param graph name in the folder
 * @throws SourceError when `read` finds that the file is not an ONNX graph, by a RangeError
 */
export function readGraph<T>(folder: string, graph: string, read: (file: ProtobufFile) => T): T {
  const file = new ProtobufFile(join(folder, graph));
  try {
    return read(file);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SourceError(`${graph} is not an ONNX graph: ${cause.message}`, {
      retryable: false,
      cause,
    });
  } finally {
    file.close();
  }
}

/** Reads the messages of a file that may be larger than the memory. */
export class ProtobufFile {
  readonly bytes: number;
  readonly #file: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.bytes = fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Fields of a message: the value of a number, or the range of anything else. */
  *fields(start: number, end: number) {
    for (let at = start; at < end; ) {
      const tag = this.#varint(at);
      const field = Math.floor(tag.value / 8);
      let from = tag.next;
      let to = from;
      let value = 0;
      const wireType = tag.value % 8;
      if (wireType === 0) ({ value, next: to } = this.#varint(from));
      else if (wireType === 1) to = from + 8;
      else if (wireType === 5) to = from + 4;
      else if (wireType === 2) {
        const length = this.#varint(from);
        from = length.next;
        to = from + length.value;
      } else throw new RangeError(`field ${field} at byte ${at} has wire type ${wireType}`);
      if (to > end) throw new RangeError(`field ${field} at byte ${at} is cut short`);
      yield { field, value, from, to };
      at = to;
    }
  }

  #varint(start: number): { value: number; next: number } {
    let value = 0;
    for (let at = start, factor = 1; at < start + 10; at++, factor *= 128) {
      const byte = this.#byte(at);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return { value, next: at + 1 };
    }
    throw new RangeError(`the number at byte ${start} does not end`);
  }

  /** @throws RangeError when the text is longer than any name */
  text(from: number, to: number): string {
    if (to - from > MAX_TEXT_BYTES) throw new RangeError(`the text at byte ${from} is too long`);
    return Buffer.from(
      Array.from({ length: to - from }, (_, at) => this.#byte(from + at)),
    ).toString();
  }

  #byte(at: number): number {
    const isInWindow = at >= this.#windowStart && at < this.#windowStart + this.#windowLength;
    if (!isInWindow) {
      this.#windowStart = at;
      this.#windowLength = readSync(this.#file, this.#window, 0, WINDOW_BYTES, at);
    }
    const byte = this.#window[at - this.#windowStart];
    if (byte === undefined || this.#windowLength === 0) {
      throw new RangeError(`it ends at byte ${at}`);
    }
    return byte;
  }
}
