export type Activation = 'gelu' | 'gelu-tanh' | 'relu' | 'silu' | 'tanh';

/** Base names of one encoder layer's tensors: `.weight` and `.bias` follow. */
export interface LayerNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly intermediate: string;
  readonly output: string;
  readonly outputNorm: string;
}

/** Encoder with a sequence classification head on its first token, whatever the family. */
export interface Classifier {
  /** `model_type` of config.json. */
  readonly family: string;
  /** In the order of the logits, as config.json names them. */
  readonly labels: readonly string[];
  readonly padId: number;
  readonly vocabulary: number;
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  readonly embeddings: {
    /** Width of the embeddings; they are projected where it is not the hidden size. */
    readonly width: number;
    /** Rows of the position table. */
    readonly positions: number;
    /** Row of the first token: RoBERTa counts from its padding id plus one. */
    readonly firstPosition: number;
    /** Rows of the token type table; 0 without one. */
    readonly tokenTypes: number;
  };
  /** Buckets of MPNet's relative positions; 0 without them. */
  readonly relativeBuckets: number;
  readonly head: {
    readonly dense: string;
    readonly activation: Activation;
    readonly output: string;
  };
  /** Prefix that most checkpoints put before the encoder's names, such as `bert.`. */
  readonly prefix: string;
  readonly layerNames: (layer: number) => LayerNames;
}
