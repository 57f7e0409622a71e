import type { LayerNames } from './classifier.ts';

/** Names of BERT's layers, which RoBERTa and ELECTRA kept. */
export function bertLayerNames(layer: number): LayerNames {
  const base = `encoder.layer.${layer}`;
  return {
    query: `${base}.attention.self.query`,
    key: `${base}.attention.self.key`,
    value: `${base}.attention.self.value`,
    attentionOutput: `${base}.attention.output.dense`,
    attentionNorm: `${base}.attention.output.LayerNorm`,
    intermediate: `${base}.intermediate.dense`,
    output: `${base}.output.dense`,
    outputNorm: `${base}.output.LayerNorm`,
  };
}
