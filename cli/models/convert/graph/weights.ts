import { readRows, readTensor, type Tensor } from '../checkpoint/tensor.ts';
import { ConversionError } from '../conversion-error.ts';
import { valueCount } from '../shape.ts';

/** Values of a block that is held in memory while a large tensor is converted: 16 MB of floats. */
const BLOCK_VALUES = 4 * 1024 * 1024;

/** Names that TensorFlow's checkpoints gave a layer norm's weight and bias. */
const OLD_NAMES: readonly (readonly [string, string])[] = [
  ['LayerNorm.weight', 'LayerNorm.gamma'],
  ['LayerNorm.bias', 'LayerNorm.beta'],
];

/** A tensor that was found and has the shape that the configuration asks for. */
export class Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly #tensor: Tensor;

  constructor(name: string, tensor: Tensor) {
    this.name = name;
    this.shape = tensor.shape;
    this.#tensor = tensor;
  }

  get rows(): number {
    return this.shape[0] ?? 0;
  }

  get columns(): number {
    return valueCount(this.shape.slice(1));
  }

  read(): Promise<Float32Array<ArrayBuffer>> {
    return readTensor(this.#tensor);
  }

  /** All rows, a bounded number of values at a time. */
  async *blocks(firstRow = 0): AsyncGenerator<Float32Array<ArrayBuffer>> {
    const rowsPerBlock = Math.max(1, Math.floor(BLOCK_VALUES / this.columns));
    for (let row = firstRow; row < this.rows; row += rowsPerBlock) {
      yield await readRows(this.#tensor, row, Math.min(rowsPerBlock, this.rows - row));
    }
  }
}

/** Finds tensors by the encoder's names, with or without the family's prefix. */
export class Weights {
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #prefix: string;

  constructor(tensors: ReadonlyMap<string, Tensor>, prefix: string) {
    this.#tensors = tensors;
    this.#prefix = prefix;
  }

  /** True if there is a tensor of that name, in any shape. */
  has(name: string): boolean {
    return this.#lookUp(name) !== undefined;
  }

  /** @throws ConversionError when the tensor is missing or has another shape */
  find(name: string, shape: readonly number[]): Weight {
    const tensor = this.#lookUp(name);
    const wanted = `[${shape.join(', ')}]`;
    if (!tensor) {
      throw new ConversionError(
        `tensor ${name} ${wanted} is missing; the checkpoint has ${this.#some()}`,
      );
    }
    const matches =
      tensor.shape.length === shape.length &&
      tensor.shape.every((size, axis) => size === shape[axis]);
    if (!matches) {
      throw new ConversionError(
        `tensor ${tensor.name} has the shape [${tensor.shape.join(', ')}], config.json asks for ${wanted}`,
      );
    }
    return new Weight(name, tensor);
  }

  #lookUp(name: string): Tensor | undefined {
    for (const [current, old] of OLD_NAMES) {
      if (!name.endsWith(current)) continue;
      const oldName = name.slice(0, -current.length) + old;
      return this.#withPrefix(name) ?? this.#withPrefix(oldName);
    }
    return this.#withPrefix(name);
  }

  #withPrefix(name: string): Tensor | undefined {
    return this.#tensors.get(this.#prefix + name) ?? this.#tensors.get(name);
  }

  #some(): string {
    const names = [...this.#tensors.keys()];
    if (names.length === 0) return 'none';
    return `${names.slice(0, 3).join(', ')} and ${Math.max(0, names.length - 3)} more`;
  }
}
