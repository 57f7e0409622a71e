import { byteCount, type Initializer, valueBytes } from './initializer.ts';

/** Mapped files begin at a page. */
const PAGE_BYTES = 4_096;

/** ONNX Runtime wants the values of small constants, such as shapes, in the graph itself. */
const LARGE_BYTES = 65_536;

/** A constant in the file beside the graph. */
export interface PlacedTensor {
  readonly initializer: Initializer;
  readonly offset: number;
  readonly bytes: number;
}

/** Gives each large constant a place in the file, in their order. */
export function placeLarge(initializers: readonly Initializer[]): PlacedTensor[] {
  let end = 0;
  return initializers.flatMap((initializer) => {
    const bytes = byteCount(initializer);
    if (bytes < LARGE_BYTES) return [];
    const offset = Math.ceil(end / PAGE_BYTES) * PAGE_BYTES;
    end = offset + bytes;
    return [{ initializer, offset, bytes }];
  });
}

/** The content of the file. */
export async function* weightsFile(placed: readonly PlacedTensor[]): AsyncGenerator<Uint8Array> {
  let end = 0;
  for (const { initializer, offset, bytes } of placed) {
    yield new Uint8Array(offset - end);
    yield* valueBytes(initializer);
    end = offset + bytes;
  }
}
