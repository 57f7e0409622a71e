import Type from 'typebox';
import { bertLayerNames } from './bert-layers.ts';
import { parseConfig, size, tokenId, vocabulary } from './config-schema.ts';
import { describeEncoder, EncoderConfig } from './encoder-config.ts';
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

/** ELECTRA: embeddings of another width than the layers; the head's activation is always gelu. */
export const describeElectra: Describe = (json) => {
  const config = parseConfig(Config, json);
  return {
    padId: config.pad_token_id,
    vocabulary: config.vocab_size,
    ...describeEncoder(config),
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
