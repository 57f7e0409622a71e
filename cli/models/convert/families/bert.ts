import Type from 'typebox';
import { bertLayerNames } from './bert-layers.ts';
import { parseConfig, size, tokenId, vocabulary } from './config-schema.ts';
import { describeEncoder, EncoderConfig } from './encoder-config.ts';
import type { Describe } from './family.ts';

const Config = Type.Object({
  ...EncoderConfig,
  vocab_size: vocabulary(30_522),
  type_vocab_size: size(2),
  pad_token_id: tokenId(0),
});

/** BERT: the pooler (dense and tanh on the first token), then the classifier. */
export const describeBert: Describe = (json) => {
  const config = parseConfig(Config, json);
  return {
    padId: config.pad_token_id,
    vocabulary: config.vocab_size,
    ...describeEncoder(config),
    embeddings: {
      width: config.hidden_size,
      positions: config.max_position_embeddings,
      firstPosition: 0,
      tokenTypes: config.type_vocab_size,
    },
    relativeBuckets: 0,
    head: { dense: 'pooler.dense', activation: 'tanh', output: 'classifier' },
    prefix: 'bert.',
    layerNames: bertLayerNames,
  };
};
