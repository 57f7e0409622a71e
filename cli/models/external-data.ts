import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import { MODEL_FILE_NAME } from '../../service/contract/model-manifest.ts';
import { SourceError } from './source.ts';

type Message = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparseTensor' | 'function';

/** The fields of onnx.proto that lead to tensors, by number. */
const INNER: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: {
    5: 'tensor',
    6: 'graph',
    10: 'tensor',
    11: 'graph',
    22: 'sparseTensor',
    23: 'sparseTensor',
  },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node' },
  tensor: {},
};
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const EXTERNAL = 1;
const ENTRY = { key: 1, value: 2 };

const MAX_DEPTH = 64;
const MAX_FILES = 10_000;
const MAX_TEXT_BYTES = 4_096;
const WINDOW_BYTES = 1 << 16;

/**
 * Names of the files beside an ONNX graph that hold its weights, as the graph states them; the
 * weights inside the graph are skipped, not read.
 *
 * @param graph name in the folder
 * @returns names in the folder, without duplicates
 * @throws SourceError when the file is not an ONNX graph, or names a file outside its folder
 */
export function externalDataOf(folder: string, graph: string): string[] {
  const reader = new GraphReader(join(folder, graph));
  let locations: ReadonlySet<string>;
  try {
    locations = reader.locations();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw fault(`${graph} is not an ONNX graph: ${cause.message}`, cause);
  } finally {
    reader.close();
  }
  return [...locations].map((location) => {
    const name = location.replace(/^\.\//, '');
    if (MODEL_FILE_NAME.test(name)) return posix.join(posix.dirname(graph), name);
    throw fault(
      `${graph} keeps weights in "${location}": the file must be in the folder of the graph or below, ` +
        'and its name consist of A-Z, a-z, 0-9, "_", "." and "-"',
    );
  });
}

/** Walks through the messages of a graph that may be larger than the memory. */
class GraphReader {
  readonly #file: number;
  readonly #bytes: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;
  readonly #locations = new Set<string>();

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.#bytes = fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** @throws RangeError when the bytes are not messages of onnx.proto */
  locations(): ReadonlySet<string> {
    this.#walk('model', 0, this.#bytes, 0);
    return this.#locations;
  }

  #walk(message: Message, start: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError(`messages are nested more than ${MAX_DEPTH} deep`);
    let location: string | undefined;
    let isExternal = false;
    for (const { field, value, from, to } of this.#fields(start, end)) {
      const inner = INNER[message][field];
      if (inner !== undefined) this.#walk(inner, from, to, depth + 1);
      else if (message === 'tensor' && field === DATA_LOCATION) isExternal = value === EXTERNAL;
      else if (message === 'tensor' && field === EXTERNAL_DATA) {
        location = this.#locationOf(from, to) ?? location;
      }
    }
    if (!isExternal || location === undefined) return;
    this.#locations.add(location);
    if (this.#locations.size > MAX_FILES) {
      throw new RangeError(`it names more than ${MAX_FILES} files of weights`);
    }
  }

  #locationOf(start: number, end: number): string | undefined {
    let key = '';
    let text = '';
    for (const { field, from, to } of this.#fields(start, end)) {
      if (field === ENTRY.key) key = this.#text(from, to);
      if (field === ENTRY.value) text = this.#text(from, to);
    }
    return key === 'location' ? text : undefined;
  }

  /** Fields of a message: the value of a number, or the range of anything else. */
  *#fields(start: number, end: number) {
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

  #text(from: number, to: number): string {
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

function fault(message: string, cause?: unknown): SourceError {
  return new SourceError(message, { retryable: false, cause });
}
