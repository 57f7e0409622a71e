import { LABELS } from '../../service/contract/labels.ts';

/** Sizes of a published encoder that a stand-in copies. */
export interface Shape {
  readonly modelType: 'bert' | 'roberta' | 'xlm-roberta';
  readonly architecture: string;
  readonly vocabulary: number;
  /** Rows of the position table; RoBERTa's begin behind the padding id. */
  readonly positions: number;
  readonly tokenTypes: number;
  readonly padId: number;
  /** Id of the token that begins every text. */
  readonly startId: number;
  readonly epsilon: number;
}

export const HIDDEN = 768;
export const INTERMEDIATE = 3_072;
export const LAYERS = 12;
const HEADS = 12;

export const SHAPES = {
  'roberta-base': {
    modelType: 'roberta',
    architecture: 'RobertaForSequenceClassification',
    vocabulary: 50_265,
    positions: 514,
    tokenTypes: 1,
    padId: 1,
    startId: 0,
    epsilon: 1e-5,
  },
  'bert-base': {
    modelType: 'bert',
    architecture: 'BertForSequenceClassification',
    vocabulary: 30_522,
    positions: 512,
    tokenTypes: 2,
    padId: 0,
    startId: 2,
    epsilon: 1e-12,
  },
  'xlm-roberta-base': {
    modelType: 'xlm-roberta',
    architecture: 'XLMRobertaForSequenceClassification',
    vocabulary: 250_002,
    positions: 514,
    tokenTypes: 1,
    padId: 1,
    startId: 0,
    epsilon: 1e-5,
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];

/** config.json as the model's repository has it. */
export function configOf(shape: Shape): object {
  return {
    architectures: [shape.architecture],
    model_type: shape.modelType,
    vocab_size: shape.vocabulary,
    hidden_size: HIDDEN,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    intermediate_size: INTERMEDIATE,
    hidden_act: 'gelu',
    max_position_embeddings: shape.positions,
    type_vocab_size: shape.tokenTypes,
    pad_token_id: shape.padId,
    layer_norm_eps: shape.epsilon,
    id2label: Object.fromEntries(LABELS.map((label, index) => [index, label])),
    label2id: Object.fromEntries(LABELS.map((label, index) => [label, index])),
  };
}
