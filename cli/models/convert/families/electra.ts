import Type from 'typebox';
import { bertLayerNames } from './bert-layers.ts';
import {
  activation,
  checkHeads,
  EncoderConfig,
  parseConfig,
  size,
  tokenId,
  vocabulary,
} from './config-schema.ts';
import type { Describe } from './family.ts';

const Config = Type.Object({
  ...EncoderConfig,
  num_attention_heads: size(4),
  hidden_size: size(256),
  intermediate_size: size(1024),
  embedding_size: size(128),
  vocab_size: vocabulary(30_522),
  type_vocab_size: size(2),
  pad_token_id: tokenId(0),
});

/** ELECTRA: embeddings of their own width; the head's activation is always gelu. */
export const describeElectra: Describe = (json) => {
  const config = parseConfig(Config, json);
  checkHeads(config.hidden_size, config.num_attention_heads);
  return {
    padId: config.pad_token_id,
    vocabulary: config.vocab_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    hidden: config.hidden_size,
    intermediate: config.intermediate_size,
    activation: activation(config.hidden_act),
    layerNormEpsilon: config.layer_norm_eps,
    embeddings: {
      width: config.embedding_size,
      positions: config.max_position_embeddings,
      firstPosition: 0,
      tokenTypes: config.type_vocab_size,
    },
    relativeBuckets: 0,
    head: { dense: 'classifier.dense', activation: 'gelu', output: 'classifier.out_proj' },
    prefix: 'electra.',
    layerNames: bertLayerNames,
  };
};
