import Type, { type Static, type TInteger, type TObject, type TProperties } from 'typebox';
import Value from 'typebox/value';
import { ConversionError } from '../conversion-error.ts';
import type { Activation } from './classifier.ts';

/** Above every published encoder: what is larger is a mistake, and would only fill the memory. */
const MAX_SIZE = 1 << 16;
const MAX_VOCABULARY = 4_000_000;

/** A count; absent, it has the default that transformers gives the family. */
export function size(defaultValue: number): TInteger {
  return Type.Integer({ minimum: 1, maximum: MAX_SIZE, default: defaultValue });
}

export function vocabulary(defaultValue: number): TInteger {
  return Type.Integer({ minimum: 1, maximum: MAX_VOCABULARY, default: defaultValue });
}

export function tokenId(defaultValue: number): TInteger {
  return Type.Integer({ minimum: 0, maximum: MAX_VOCABULARY, default: defaultValue });
}

export function epsilon(defaultValue: number) {
  return Type.Number({ exclusiveMinimum: 0, maximum: 1, default: defaultValue });
}

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

/** What BERT and its relatives have in common. */
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

/** @throws ConversionError naming every value that does not fit */
export function parseConfig<Properties extends TProperties>(
  schema: TObject<Properties>,
  json: unknown,
): Static<TObject<Properties>> {
  // transformers writes null for "not set".
  const given = Object.entries(json as object).filter(([, value]) => value !== null);
  const config = Value.Default(schema, Object.fromEntries(given));
  if (Value.Check(schema, config)) return config;
  const faults = Value.Errors(schema, config).map(({ instancePath, message }) => {
    const key = instancePath.slice(1);
    const value = JSON.stringify((config as Record<string, unknown>)[key]);
    return `${key} ${message}, got ${value?.slice(0, 80)}`;
  });
  throw new ConversionError(`config.json cannot be used: ${faults.join('; ')}`);
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
