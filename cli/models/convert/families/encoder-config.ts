import Type, { type Static, type TObject } from 'typebox';
import { ConversionError } from '../conversion-error.ts';
import type { Activation, Classifier } from './classifier.ts';
import { epsilon, size } from './config-schema.ts';

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
};

/** Configuration common to BERT and related encoders. */
export const EncoderConfig = {
  num_hidden_layers: size(12),
  num_attention_heads: size(12),
  hidden_size: size(768),
  intermediate_size: size(3072),
  max_position_embeddings: size(512),
  hidden_act: Type.String({ default: 'gelu' }),
  layer_norm_eps: epsilon(1e-12),
  position_embedding_type: Type.Literal('absolute', { default: 'absolute' }),
  is_decoder: Type.Literal(false, { default: false }),
};

/** The sizes and functions of an encoder that its layers need. */
export type Encoder = Pick<
  Classifier,
  'layers' | 'heads' | 'hidden' | 'intermediate' | 'activation' | 'layerNormEpsilon'
>;

/** @throws ConversionError when the heads or the activation cannot be used */
export function describeEncoder(config: Static<TObject<typeof EncoderConfig>>): Encoder {
  checkHeads(config.hidden_size, config.num_attention_heads);
  return {
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    hidden: config.hidden_size,
    intermediate: config.intermediate_size,
    activation: activation(config.hidden_act),
    layerNormEpsilon: config.layer_norm_eps,
  };
}

/** @throws ConversionError when the function is not supported */
export function activation(name: string): Activation {
  const known = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (known) return known;
  throw new ConversionError(
    `config.json: activation '${name}' is not supported; supported are ${Object.keys(ACTIVATIONS).join(', ')}`,
  );
}

/** @throws ConversionError when the heads do not share the hidden size evenly */
export function checkHeads(hidden: number, heads: number): void {
  if (hidden % heads === 0) return;
  throw new ConversionError(
    `config.json: a hidden size of ${hidden} is not a multiple of ${heads} attention heads`,
  );
}
