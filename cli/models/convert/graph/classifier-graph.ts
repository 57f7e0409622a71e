import { ConversionError } from '../conversion-error.ts';
import type { Classifier } from '../families/classifier.ts';
import { GraphBuilder, MICROSOFT } from '../onnx/graph-builder.ts';
import { ELEMENT_TYPES } from '../onnx/initializer.ts';
import type { ModelFile } from '../onnx/write-model.ts';
import { activate, biasedActivation } from './activations.ts';
import { embed } from './embeddings.ts';
import { FloatLinear, type Linear, RowwiseInt8Linear } from './linear.ts';
import { relativePositionBias } from './relative-positions.ts';
import type { Weights } from './weights.ts';

export type Precision = 'fp32' | 'int8';

/** Most tokens a text may have. */
export function maxTokens({ embeddings }: Classifier): number {
  return embeddings.positions - embeddings.firstPosition;
}

/**
 * Lays out the graph of a classifier: inputs input_ids and attention_mask, output logits. Texts are
 * padded on the right.
 *
 * @throws ConversionError when a tensor is missing, has another shape than config.json asks for, or is
 *   of a layer that config.json lacks
 */
export function classifierGraph(
  classifier: Classifier,
  weights: Weights,
  precision: Precision,
): ModelFile {
  if (maxTokens(classifier) < 1) {
    throw new ConversionError(
      'config.json: max_position_embeddings leaves no position for a token',
    );
  }
  if (weights.has(`${classifier.layerNames(classifier.layers).query}.weight`)) {
    throw new ConversionError(
      `the checkpoint has more layers than the ${classifier.layers} that config.json names; correct config.json in a copy of the model`,
    );
  }
  const graph = new GraphBuilder();
  const linear = precision === 'int8' ? new RowwiseInt8Linear(graph) : new FloatLinear(graph);
  new ClassifierGraph(graph, classifier, weights, linear).build(precision === 'int8');
  const shape = ['batch', 'tokens'];
  return {
    graph,
    inputs: [
      { name: 'input_ids', type: 'int64', shape },
      { name: 'attention_mask', type: 'int64', shape },
    ],
    outputs: [{ name: 'logits', type: 'float', shape: ['batch', classifier.labels.length] }],
  };
}

class ClassifierGraph {
  readonly #graph: GraphBuilder;
  readonly #classifier: Classifier;
  readonly #weights: Weights;
  readonly #linear: Linear;

  constructor(graph: GraphBuilder, classifier: Classifier, weights: Weights, linear: Linear) {
    this.#graph = graph;
    this.#classifier = classifier;
    this.#weights = weights;
    this.#linear = linear;
  }

  build(int8: boolean): void {
    const graph = this.#graph;
    const { hidden, layers } = this.#classifier;
    const shape = graph.node('Shape', ['input_ids']);
    const byText = graph.node('Concat', [shape, graph.ints('hidden', [hidden])], AXIS_0);
    let x = this.#embed(shape, int8);
    const attention = this.#attention(shape);
    for (let layer = 0; layer < layers; layer++) x = this.#layer(layer, x, attention);
    this.#head(graph.node('Reshape', [x, byText]));
  }

  /** [tokens of all texts, hidden] */
  #embed(shape: string, int8: boolean): string {
    const graph = this.#graph;
    const { embeddings, hidden } = this.#classifier;
    const { width } = embeddings;
    const summed = embed(graph, this.#classifier, this.#weights, { shape, int8 });
    const normed = this.#norm('embeddings.LayerNorm', summed, width);
    const rows = graph.node('Reshape', [normed, graph.ints('embedding_rows', [-1, width])]);
    if (width === hidden) return rows;
    const name = 'embeddings_project';
    const weight = this.#weights.find(`${name}.weight`, [hidden, width]);
    const projected = this.#linear.multiply(name, rows, [weight]);
    return graph.node('Add', [projected, this.#bias(name, hidden)]);
  }

  /** Inputs that the attention of every layer shares. */
  #attention(shape: string): Attention {
    const graph = this.#graph;
    const { hidden, heads, relativeBuckets } = this.#classifier;
    const attention = {
      byText: graph.node('Concat', [shape, graph.ints('three_hidden', [3 * hidden])], AXIS_0),
      rows: graph.ints('rows', [-1, hidden]),
      mask: graph.node('Cast', ['attention_mask'], {
        attributes: { to: { int: ELEMENT_TYPES.int32 } },
      }),
    };
    if (relativeBuckets === 0) return attention;
    const weight = this.#weights.find('encoder.relative_attention_bias.weight', [
      relativeBuckets,
      heads,
    ]);
    const tokens = graph.node('Gather', [shape, graph.ints('tokens_index', 1)], AXIS_0);
    const positions = maxTokens(this.#classifier);
    return { ...attention, bias: relativePositionBias(graph, weight, { tokens, positions }) };
  }

  #layer(layer: number, input: string, attention: Attention): string {
    const { hidden, intermediate, layerNames } = this.#classifier;
    const names = layerNames(layer);
    const attended = this.#attend(layer, input, attention);
    const mixed = this.#project(names.attentionOutput, attended, hidden, hidden);
    const x = this.#addAndNorm(names.attentionOutput, names.attentionNorm, mixed, input);
    const grown = this.#project(names.intermediate, x, hidden, intermediate);
    const bias = this.#bias(names.intermediate, intermediate);
    const active = biasedActivation(this.#graph, this.#classifier.activation, grown, bias);
    const shrunk = this.#project(names.output, active, intermediate, hidden);
    return this.#addAndNorm(names.output, names.outputNorm, shrunk, x);
  }

  #attend(layer: number, input: string, { byText, rows, mask, bias }: Attention): string {
    const graph = this.#graph;
    const { hidden, heads, layerNames } = this.#classifier;
    const { query, key, value } = layerNames(layer);
    const parts = [query, key, value];
    const name = `layer.${layer}.query_key_value`;
    const weights = parts.map((part) => this.#weights.find(`${part}.weight`, [hidden, hidden]));
    const biases = parts.map((part) => this.#weights.find(`${part}.bias`, [hidden]));
    const projected = this.#linear.multiply(name, input, weights);
    const qkv = graph.splitInThree(graph.node('Reshape', [projected, byText]), 2);
    const qkvBias = graph.floats(`${name}.bias`, [3 * hidden], async () => {
      const values = new Float32Array(3 * hidden);
      for (const [part, weight] of biases.entries()) values.set(await weight.read(), part * hidden);
      return values;
    });
    const inputs = [...qkv, qkvBias, mask, ...(bias === undefined ? [] : [bias])];
    const attended = graph.node('MultiHeadAttention', inputs, {
      domain: MICROSOFT,
      attributes: { num_heads: { int: heads } },
    });
    return graph.node('Reshape', [attended, rows]);
  }

  #head(x: string): void {
    const graph = this.#graph;
    const { hidden, head, labels } = this.#classifier;
    const first = graph.node('Gather', [x, graph.ints('first_token', 0)], {
      attributes: { axis: { int: 1 } },
    });
    const pooled = activate(graph, head.activation, this.#gemm(head.dense, first, hidden, hidden));
    this.#gemm(head.output, pooled, hidden, labels.length, 'logits');
  }

  #project(name: string, input: string, from: number, to: number): string {
    return this.#linear.multiply(name, input, [this.#weights.find(`${name}.weight`, [to, from])]);
  }

  #gemm(name: string, input: string, from: number, to: number, output?: string): string {
    const weight = this.#constant(`${name}.weight`, [to, from]);
    return this.#graph.node('Gemm', [input, weight, this.#bias(name, to)], {
      attributes: { transB: { int: 1 } },
      ...(output === undefined ? {} : { output }),
    });
  }

  /** Sum, not Add: onnxruntime would fuse Add and LayerNormalization into a slower operator. */
  #addAndNorm(linear: string, norm: string, x: string, residual: string): string {
    const { hidden } = this.#classifier;
    const sum = this.#graph.node('Sum', [x, this.#bias(linear, hidden), residual]);
    return this.#norm(norm, sum, hidden);
  }

  #norm(name: string, input: string, width: number): string {
    const weight = this.#constant(`${name}.weight`, [width]);
    return this.#graph.node('LayerNormalization', [input, weight, this.#bias(name, width)], {
      attributes: { epsilon: { float: this.#classifier.layerNormEpsilon } },
    });
  }

  #bias(name: string, width: number): string {
    return this.#constant(`${name}.bias`, [width]);
  }

  #constant(name: string, shape: readonly number[]): string {
    const weight = this.#weights.find(name, shape);
    return this.#graph.floats(name, shape, () => weight.read());
  }
}

interface Attention {
  /** Shape [batch, tokens, 3 * hidden]. */
  readonly byText: string;
  /** Shape [tokens of all texts, hidden]. */
  readonly rows: string;
  readonly mask: string;
  /** Relative positions, of MPNet alone. */
  readonly bias?: string;
}

const AXIS_0 = { attributes: { axis: { int: 0 } } };
