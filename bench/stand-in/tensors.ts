import { LABELS } from '../../service/contract/labels.ts';
import { HIDDEN, INTERMEDIATE, LAYERS, type Shape } from './shapes.ts';

/** A tensor and the normal distribution of its values. */
export interface TensorLayout {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  /** A row of zeros among random ones. */
  readonly zeroRow?: number;
}

/**
 * Standard deviations of random weights. Words weigh more than positions, so that the logits differ
 * from text to text; the layers change little, so that rounding errors do not grow from one to the
 * next as they would in a chaotic network.
 */
const DEVIATION = { positions: 0.01, queriesAndKeys: 0.02, feedForward: 0.02, other: 0.04 };

/** Tensors of a sequence classifier, with the names that transformers gives them. */
export function tensorsOf(shape: Shape): TensorLayout[] {
  const prefix = shape.modelType === 'bert' ? 'bert' : 'roberta';
  const layers = Array.from({ length: LAYERS }, (_, layer) =>
    encoderLayer(`${prefix}.encoder.layer.${layer}`),
  );
  return [...embeddings(`${prefix}.embeddings`, shape), ...layers.flat(), ...head(shape)];
}

/**
 * The first token has an embedding of zeros: the head reads what attention adds to it, which
 * depends on the text.
 */
function embeddings(base: string, shape: Shape): TensorLayout[] {
  const { modelType, vocabulary, positions, tokenTypes, padId, startId } = shape;
  const firstPosition = modelType === 'bert' ? 0 : padId + 1;
  return [
    { ...random(`${base}.word_embeddings.weight`, [vocabulary, HIDDEN]), zeroRow: startId },
    {
      ...random(`${base}.position_embeddings.weight`, [positions, HIDDEN]),
      zeroRow: firstPosition,
    },
    constant(`${base}.token_type_embeddings.weight`, [tokenTypes, HIDDEN], 0),
    ...norm(`${base}.LayerNorm`),
  ];
}

function encoderLayer(base: string): TensorLayout[] {
  const { queriesAndKeys, feedForward } = DEVIATION;
  return [
    ...linear(`${base}.attention.self.query`, HIDDEN, HIDDEN, queriesAndKeys),
    ...linear(`${base}.attention.self.key`, HIDDEN, HIDDEN, queriesAndKeys),
    ...linear(`${base}.attention.self.value`, HIDDEN, HIDDEN),
    ...linear(`${base}.attention.output.dense`, HIDDEN, HIDDEN),
    ...norm(`${base}.attention.output.LayerNorm`),
    ...linear(`${base}.intermediate.dense`, INTERMEDIATE, HIDDEN, feedForward),
    ...linear(`${base}.output.dense`, HIDDEN, INTERMEDIATE, feedForward),
    ...norm(`${base}.output.LayerNorm`),
  ];
}

function head({ modelType }: Shape): TensorLayout[] {
  const [dense, output] =
    modelType === 'bert'
      ? ['bert.pooler.dense', 'classifier']
      : ['classifier.dense', 'classifier.out_proj'];
  return [...linear(dense, HIDDEN, HIDDEN), ...linear(output, LABELS.length, HIDDEN)];
}

function linear(
  name: string,
  outputs: number,
  inputs: number,
  deviation = DEVIATION.other,
): TensorLayout[] {
  return [
    random(`${name}.weight`, [outputs, inputs], deviation),
    constant(`${name}.bias`, [outputs], 0),
  ];
}

function norm(name: string): TensorLayout[] {
  return [constant(`${name}.weight`, [HIDDEN], 1), constant(`${name}.bias`, [HIDDEN], 0)];
}

function random(name: string, shape: readonly number[], deviation = DEVIATION.other): TensorLayout {
  return { name, shape, mean: 0, deviation };
}

function constant(name: string, shape: readonly number[], mean: number): TensorLayout {
  return { name, shape, mean, deviation: 0 };
}
