import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { BatchMessage } from './worker-protocol.ts';

/** Tensors of one batch, texts padded on the right. */
type Fill = (values: Int32Array | BigInt64Array, batch: BatchMessage, columns: number) => void;

interface Input {
  readonly name: string;
  readonly type: 'int32' | 'int64';
  readonly fill: Fill;
}

/** Makes the inputs of a graph: those that exporters of encoders give it, in 32 or 64 bits. */
export class ModelInputs {
  readonly #inputs: readonly Input[];

  /** @throws Error naming an input that is not known, or of another type */
  constructor({ inputMetadata }: InferenceSession, padId: number) {
    const fills = new Map<string, Fill>([
      ['input_ids', fillIds(padId)],
      ['attention_mask', fillMask],
      // Every text is one segment.
      ['token_type_ids', () => {}],
    ]);
    this.#inputs = inputMetadata.map((input) => {
      const fill = fills.get(input.name);
      const type = input.isTensor ? input.type : 'none';
      if (fill === undefined || (type !== 'int32' && type !== 'int64')) {
        throw new Error(
          `The model has the input "${input.name}" of type ${type}; it may have ` +
            `${[...fills.keys()].join(', ')}, of int32 or int64`,
        );
      }
      return { name: input.name, type, fill };
    });
  }

  of(batch: BatchMessage): Record<string, Tensor> {
    const columns = Math.max(...batch.lengths);
    const size = batch.lengths.length * columns;
    const feeds: Record<string, Tensor> = {};
    for (const { name, type, fill } of this.#inputs) {
      const values = type === 'int64' ? new BigInt64Array(size) : new Int32Array(size);
      fill(values, batch, columns);
      feeds[name] = new Tensor(type, values, [batch.lengths.length, columns]);
    }
    return feeds;
  }
}

function fillIds(padId: number): Fill {
  return (values, { ids, lengths }, columns) => {
    const put = writerOf(values);
    let read = 0;
    lengths.forEach((length, row) => {
      for (let column = 0; column < columns; column++) {
        const id = column < length ? ids[read++] : padId;
        put(row * columns + column, id ?? padId);
      }
    });
  };
}

const fillMask: Fill = (values, { lengths }, columns) => {
  const put = writerOf(values);
  lengths.forEach((length, row) => {
    for (let column = 0; column < length; column++) put(row * columns + column, 1);
  });
};

function writerOf(values: Int32Array | BigInt64Array): (at: number, value: number) => void {
  if (values instanceof BigInt64Array) {
    return (at, value) => {
      values[at] = BigInt(value);
    };
  }
  return (at, value) => {
    values[at] = value;
  };
}
