import { posix } from 'node:path';
import { MODEL_FILE_NAME } from '../../service/contract/model-manifest.ts';
import { type ProtobufFile, readGraph } from './protobuf-file.ts';
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

/**
 * Names of the files beside an ONNX graph that hold its weights, as the graph states them; the
 * weights inside the graph are skipped, not read.
 *
 * @param graph name in the folder
 * @returns names in the folder, without duplicates
 * @throws SourceError when the file is not an ONNX graph, or names a file outside its folder
 */
export function externalDataOf(folder: string, graph: string): string[] {
  const locations = readGraph(folder, graph, (file) => new GraphReader(file).locations());
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
  readonly #file: ProtobufFile;
  readonly #locations = new Set<string>();

  constructor(file: ProtobufFile) {
    this.#file = file;
  }

  /** @throws RangeError when the bytes are not messages of onnx.proto */
  locations(): ReadonlySet<string> {
    this.#walk('model', 0, this.#file.bytes, 0);
    return this.#locations;
  }

  #walk(message: Message, start: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError(`messages are nested more than ${MAX_DEPTH} deep`);
    let location: string | undefined;
    let isExternal = false;
    for (const { field, value, from, to } of this.#file.fields(start, end)) {
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
    for (const { field, from, to } of this.#file.fields(start, end)) {
      if (field === ENTRY.key) key = this.#file.text(from, to);
      if (field === ENTRY.value) text = this.#file.text(from, to);
    }
    return key === 'location' ? text : undefined;
  }
}

function fault(message: string): SourceError {
  return new SourceError(message, { retryable: false });
}
