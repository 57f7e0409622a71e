import Type from 'typebox';
import type { LayerNames } from './classifier.ts';
import { parseConfig, size, tokenId, vocabulary } from './config-schema.ts';
import { activation, checkHeads } from './encoder-config.ts';
import type { Describe } from './family.ts';

const LAYER_NORM_EPSILON = 1e-12;

const Config = Type.Object({
  n_layers: size(6),
  n_heads: size(12),
  dim: size(768),
  hidden_dim: size(3072),
  activation: Type.String({ default: 'gelu' }),
  max_position_embeddings: size(512),
  vocab_size: vocabulary(30_522),
  pad_token_id: tokenId(0),
});

/** Names of the other families, which transformers also reads here, and prefers where both are given. */
const OTHER_NAMES = {
  hidden_size: 'dim',
  num_attention_heads: 'n_heads',
  num_hidden_layers: 'n_layers',
} as const;

/** DistilBERT: different tensor names, no token types, dense and relu before the classifier. */
export const describeDistilbert: Describe = (json) => {
  const config = parseConfig(Config, withOwnNames(json));
  checkHeads(config.dim, config.n_heads);
  return {
    padId: config.pad_token_id,
    vocabulary: config.vocab_size,
    layers: config.n_layers,
    heads: config.n_heads,
    hidden: config.dim,
    intermediate: config.hidden_dim,
    activation: activation(config.activation),
    layerNormEpsilon: LAYER_NORM_EPSILON,
    embeddings: {
      width: config.dim,
      positions: config.max_position_embeddings,
      firstPosition: 0,
      tokenTypes: 0,
    },
    relativeBuckets: 0,
    head: { dense: 'pre_classifier', activation: 'relu', output: 'classifier' },
    prefix: 'distilbert.',
    layerNames,
  };
};

function withOwnNames(json: object): object {
  const given = new Map<string, unknown>(Object.entries(json));
  const renamed = Object.entries(OTHER_NAMES)
    .map(([other, own]) => [own, given.get(other)] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return { ...json, ...Object.fromEntries(renamed) };
}

function layerNames(layer: number): LayerNames {
  const base = `transformer.layer.${layer}`;
  return {
    query: `${base}.attention.q_lin`,
    key: `${base}.attention.k_lin`,
    value: `${base}.attention.v_lin`,
    attentionOutput: `${base}.attention.out_lin`,
    attentionNorm: `${base}.sa_layer_norm`,
    intermediate: `${base}.ffn.lin1`,
    output: `${base}.ffn.lin2`,
    outputNorm: `${base}.output_layer_norm`,
  };
}
