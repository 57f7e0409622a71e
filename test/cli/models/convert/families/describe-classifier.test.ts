import { describe, expect, it } from '@jest/globals';
import { ConversionError } from '../../../../../cli/models/convert/conversion-error.ts';
import { describeClassifier } from '../../../../../cli/models/convert/families/describe-classifier.ts';

const ROBERTA = {
  model_type: 'roberta',
  architectures: ['RobertaForSequenceClassification'],
  id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' },
  max_position_embeddings: 514,
  type_vocab_size: 1,
  layer_norm_eps: 1e-5,
};

describe('the description of a classifier', () => {
  it('has what config.json says, and the defaults of transformers for the rest', () => {
    expect(describeClassifier(ROBERTA)).toMatchObject({
      family: 'roberta',
      labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
      padId: 1,
      vocabulary: 50_265,
      layers: 12,
      heads: 12,
      hidden: 768,
      intermediate: 3072,
      activation: 'gelu',
      layerNormEpsilon: 1e-5,
      embeddings: { width: 768, positions: 514, firstPosition: 2, tokenTypes: 1 },
    });
  });

  it('takes null for a value that is not set', () => {
    expect(describeClassifier({ ...ROBERTA, pad_token_id: null }).padId).toBe(1);
  });

  it.each([
    [
      { n_layers: 6, n_heads: 4, dim: 256 },
      { layers: 6, heads: 4, hidden: 256 },
    ],
    [
      { num_hidden_layers: 3, num_attention_heads: 6, hidden_size: 384 },
      { layers: 3, heads: 6, hidden: 384 },
    ],
    [
      { n_layers: 6, num_hidden_layers: 3, dim: 768, hidden_size: null },
      { layers: 3, heads: 12, hidden: 768 },
    ],
  ])(
    'takes the sizes of DistilBERT by either name, as transformers does: %j',
    (sizes, expected) => {
      expect(describeClassifier({ model_type: 'distilbert', ...sizes })).toMatchObject(expected);
    },
  );

  it('orders the labels by their ids', () => {
    const id2label = Object.fromEntries(
      [...Array(10).keys()].toReversed().map((id) => [`${id}`, `L${id}`]),
    );
    const { labels } = describeClassifier({ ...ROBERTA, id2label });
    expect(labels).toEqual(['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9']);
  });

  it('has two labels where config.json names none', () => {
    const { labels } = describeClassifier({ model_type: 'distilbert' });
    expect(labels).toEqual(['LABEL_0', 'LABEL_1']);
  });

  it.each([
    [
      'another family',
      { model_type: 'deberta-v2' },
      "model_type 'deberta-v2' is not supported; supported are bert, roberta, camembert, xlm-roberta, distilbert, mpnet, electra",
    ],
    ['a missing family', { model_type: null }, 'config.json cannot be used'],
    [
      'another task',
      { architectures: ['RobertaForMaskedLM'] },
      'architecture RobertaForMaskedLM is not a sequence classifier',
    ],
    ['one label', { id2label: { 0: 'score' } }, 'a classifier of 2 to 10 labels is needed, got 1'],
    [
      'eleven labels',
      { id2label: null, num_labels: 28 },
      'a classifier of 2 to 10 labels is needed, got 11',
    ],
    [
      'an activation that transformers knows and this does not',
      { hidden_act: 'mish' },
      "activation 'mish' is not supported; supported are gelu",
    ],
    [
      'an activation named like a property',
      { hidden_act: 'constructor' },
      "activation 'constructor' is not supported",
    ],
    [
      'relative positions',
      { position_embedding_type: 'relative_key' },
      'must be "absolute", got "relative_key"',
    ],
    ['a decoder', { is_decoder: true }, 'is_decoder must be false, got true'],
    [
      'heads that do not share the hidden size evenly',
      { num_attention_heads: 7 },
      'a hidden size of 768 is not a multiple of 7 attention heads',
    ],
    [
      'sizes that no memory holds',
      { hidden_size: 1e9 },
      'hidden_size must be <= 65536, got 1000000000',
    ],
    [
      'sizes in words',
      { num_hidden_layers: 'twelve' },
      'num_hidden_layers must be integer, got "twelve"',
    ],
  ])('is refused for %s', (_, changes, message) => {
    const describing = () => describeClassifier({ ...ROBERTA, ...changes });
    expect(describing).toThrow(ConversionError);
    expect(describing).toThrow(message);
  });

  it.each([null, 7, 'roberta', []])('is refused for %j in place of an object', (config) => {
    expect(() => describeClassifier(config)).toThrow(ConversionError);
  });
});
