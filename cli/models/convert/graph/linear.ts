import { type GraphBuilder, MICROSOFT } from '../onnx/graph-builder.ts';
import { quantizeWeights } from './quantize.ts';
import type { Weight } from './weights.ts';

/** Matrix products of [tokens, in] with weights of the checkpoint, without bias. */
export interface Linear {
  /** @param parts weights [out, in] whose outputs stand side by side */
  multiply(name: string, input: string, parts: readonly Weight[]): string;
}

export class FloatLinear implements Linear {
  readonly #graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  multiply(name: string, input: string, parts: readonly Weight[]): string {
    const shape = [parts[0]?.columns ?? 0, outputsOf(parts)];
    const weight = this.#graph.floats(`${name}.weight`, shape, async () => {
      const values = new Float32Array(shape.reduce((a, b) => a * b));
      let column = 0;
      for (const part of parts) {
        transposeInto(values, outputsOf(parts), column, await part.read(), part.columns);
        column += part.rows;
      }
      return values;
    });
    return this.#graph.node('MatMul', [input, weight]);
  }
}

/**
 * Row-wise INT8: activations are quantized token by token, symmetrically, so that a text's logits
 * do not depend on what shares its batch; weights have 7 bits and a scale per output channel.
 */
export class RowwiseInt8Linear implements Linear {
  readonly #graph: GraphBuilder;
  readonly #one: string;
  readonly #zeroPoint: string;
  readonly #perStep: string;
  readonly #flat: string;
  /** One zero point a token, the same in every layer. */
  readonly #zeroPointPerToken: string;

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
    this.#one = graph.float('one', 1);
    this.#zeroPoint = graph.initializer({
      name: 'activation_zero_point',
      type: 'uint8',
      shape: [],
      chunks: () => [Uint8Array.of(128)],
    });
    this.#perStep = graph.float('one_step', 1 / 127);
    this.#flat = graph.ints('flat', [-1]);
    const tokens = graph.node('Shape', [graph.node('Reshape', ['input_ids', this.#flat])]);
    this.#zeroPointPerToken = graph.node('ConstantOfShape', [tokens], {
      attributes: { value: { uint8: 128 } },
    });
  }

  multiply(name: string, input: string, parts: readonly Weight[]): string {
    const graph = this.#graph;
    const largest = graph.node('ReduceMax', [graph.node('Abs', [input])], {
      attributes: { axes: { ints: [1] }, keepdims: { int: 1 } },
    });
    const scale = graph.node('Mul', [largest, this.#perStep]);
    const flatScale = graph.node('Reshape', [scale, this.#flat]);
    const quantized = graph.node('QuantizeLinear', [input, flatScale, this.#zeroPointPerToken], {
      attributes: { axis: { int: 0 } },
    });
    const { weight, scales } = this.#constants(name, parts);
    const product = graph.node(
      'MatMulIntegerToFloat',
      [quantized, weight, this.#one, scales, this.#zeroPoint],
      { domain: MICROSOFT },
    );
    return graph.node('Mul', [product, scale]);
  }

  #constants(name: string, parts: readonly Weight[]): { weight: string; scales: string } {
    const outputs = outputsOf(parts);
    const scales = new Float32Array(outputs);
    const shape = [parts[0]?.columns ?? 0, outputs];
    const chunks = async function* () {
      const values = new Int8Array(shape.reduce((a, b) => a * b));
      let column = 0;
      for (const part of parts) {
        const quantized = quantizeWeights(await part.read(), part.columns);
        transposeInto(values, outputs, column, quantized.values, part.columns);
        scales.set(quantized.scales, column);
        column += part.rows;
      }
      yield values;
    };
    return {
      weight: this.#graph.initializer({ name: `${name}.weight`, type: 'int8', shape, chunks }),
      // Initializers are written in order, so the scales are known by now.
      scales: this.#graph.floats(`${name}.scales`, [outputs], async () => scales),
    };
  }
}

function outputsOf(parts: readonly Weight[]): number {
  return parts.reduce((sum, { rows }) => sum + rows, 0);
}

/** Writes the rows of `source` as columns of `target`, from the given column on. */
function transposeInto<Values extends Float32Array | Int8Array>(
  target: Values,
  targetColumns: number,
  firstColumn: number,
  source: Values,
  sourceColumns: number,
): void {
  const rows = source.length / sourceColumns;
  for (let row = 0; row < rows; row++) {
    const start = row * sourceColumns;
    let to = firstColumn + row;
    for (let column = 0; column < sourceColumns; column++) {
      target[to] = source[start + column] ?? 0;
      to += targetColumns;
    }
  }
}
