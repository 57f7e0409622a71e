import { valueCount } from '../shape.ts';

/** Numbers of ONNX's TensorProto.DataType. */
export const ELEMENT_TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
};

/** A constant of the graph, whose values are made when they are written. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian values in row-major order. */
  readonly chunks: () => AsyncIterable<ArrayBufferView> | Iterable<ArrayBufferView>;
}

export function byteCount({ type, shape }: Initializer): number {
  return valueCount(shape) * ELEMENT_BYTES[type];
}

/** The values as bytes. */
export async function* valueBytes(initializer: Initializer): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const { buffer, byteOffset, byteLength } of initializer.chunks()) {
    yield new Uint8Array(buffer, byteOffset, byteLength);
    written += byteLength;
  }
  if (written !== byteCount(initializer)) {
    throw new Error(`${initializer.name} has ${written} bytes, ${byteCount(initializer)} expected`);
  }
}
