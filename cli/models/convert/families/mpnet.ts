import Type from 'typebox';
import type { LayerNames } from './classifier.ts';
import { parseConfig, tokenId, vocabulary } from './config-schema.ts';
import { describeEncoder, EncoderConfig } from './encoder-config.ts';
import type { Describe } from './family.ts';

/** transformers' model counts positions from this id, whatever the configuration says. */
const POSITION_PAD_ID = 1;

/** transformers' model uses 32 buckets, whatever the configuration says. */
const BUCKETS = 32;

const Config = Type.Object({
  ...EncoderConfig,
  vocab_size: vocabulary(30_527),
  relative_attention_num_buckets: Type.Literal(BUCKETS, { default: BUCKETS }),
  pad_token_id: tokenId(1),
});

/** MPNet: a bias for relative positions that all layers share; RoBERTa's head; no token types. */
export const describeMpnet: Describe = (json) => {
  const config = parseConfig(Config, json);
  return {
    padId: config.pad_token_id,
    vocabulary: config.vocab_size,
    ...describeEncoder(config),
    embeddings: {
      width: config.hidden_size,
      positions: config.max_position_embeddings,
      firstPosition: POSITION_PAD_ID + 1,
      tokenTypes: 0,
    },
    relativeBuckets: BUCKETS,
    head: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
    prefix: 'mpnet.',
    layerNames,
  };
};

function layerNames(layer: number): LayerNames {
  const base = `encoder.layer.${layer}`;
  return {
    query: `${base}.attention.attn.q`,
    key: `${base}.attention.attn.k`,
    value: `${base}.attention.attn.v`,
    attentionOutput: `${base}.attention.attn.o`,
    attentionNorm: `${base}.attention.LayerNorm`,
    intermediate: `${base}.intermediate.dense`,
    output: `${base}.output.dense`,
    outputNorm: `${base}.output.LayerNorm`,
  };
}
