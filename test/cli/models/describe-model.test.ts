import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeModel, parseLabels } from '../../../cli/models/describe-model.ts';
import { LABELS } from '../../../service/domain/sentiment.ts';

const ROBERTA = {
  model_type: 'roberta',
  id2label: { '0': 'LABEL_0', '1': 'LABEL_1', '2': 'LABEL_2' },
  max_position_embeddings: 514,
  pad_token_id: 1,
};
const BERT = {
  model_type: 'bert',
  id2label: { '0': 'Negative', '1': 'Neutral', '2': 'Positive' },
  max_position_embeddings: 512,
  pad_token_id: 0,
};

function aFolder(config: unknown, tokenizerConfig: unknown = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
  return folder;
}

describe('what the manifest learns from the files of an exporter', () => {
  it("counts RoBERTa's window from behind the pad token", async () => {
    expect(await describeModel(aFolder(ROBERTA), 'graph', [...LABELS])).toEqual({
      family: 'roberta',
      labels: LABELS,
      maxTokens: 512,
      padId: 1,
    });
  });

  it("counts MPNet's window from behind the pad token, too", async () => {
    const config = { ...ROBERTA, model_type: 'mpnet' };
    const { maxTokens } = await describeModel(aFolder(config), 'graph', LABELS);
    expect(maxTokens).toBe(512);
  });

  it('takes the labels from config.json, whatever their case, in the order of their numbers', async () => {
    const id2label = { '2': 'NEGATIVE', '0': 'positive', '1': 'Neutral' };
    const { labels } = await describeModel(aFolder({ ...BERT, id2label }), 'graph', undefined);
    expect(labels).toEqual(['positive', 'neutral', 'negative']);
  });

  it.each([[['NEG', 'NEU', 'POS']], [['neg', 'Neu', 'pos ']], [['NEGATIVE', 'neu', 'Positive']]])(
    'takes abbreviated labels, in any case: %j',
    async (names) => {
      const id2label = Object.fromEntries(names.entries());
      const { labels } = await describeModel(aFolder({ ...BERT, id2label }), 'weights', undefined);
      expect(labels).toEqual(['negative', 'neutral', 'positive']);
    },
  );

  it.each([
    ['a tokenizer with a smaller window', { model_max_length: 128 }, 128],
    ['a tokenizer that knows no limit', { model_max_length: 1e30 }, 512],
    ['a tokenizer that says nothing', {}, 512],
    ['a tokenizer with the old name of the option', { max_len: 128 }, 128],
    ['a tokenizer with both names', { max_len: 128, model_max_length: 256 }, 256],
    ['a tokenizer with the old name and null', { max_len: 128, model_max_length: null }, 512],
  ])('takes the smaller window: %s', async (_, tokenizerConfig, maxTokens) => {
    const model = await describeModel(aFolder(BERT, tokenizerConfig), 'graph', undefined);
    expect(model.maxTokens).toBe(maxTokens);
  });

  it.each([
    ROBERTA,
    { ...BERT, id2label: { '0': 'joy', '1': 'anger', '2': 'fear' } },
    { ...BERT, id2label: { '0': 'negative', '1': 'negative', '2': 'positive' } },
  ])('refuses labels it does not know: %j', async (config) => {
    await expect(describeModel(aFolder(config), 'graph', undefined)).rejects.toThrow(
      /needed are .*--labels/,
    );
  });

  it.each(['negative,neutral,positive', 'NEG,NEU,POS', 'Negative, neutral, pos'])(
    'reads the option --labels %s',
    (text) => {
      expect(parseLabels(text)).toEqual(LABELS);
    },
  );

  it.each([
    'negative,positive',
    'negative,negative,positive',
    'negative,neutral,positive,good',
    '',
  ])("refuses the option --labels '%s'", (text) => {
    expect(() => parseLabels(text)).toThrow(
      `--labels must name negative, neutral and positive once each, in the order of the logits, got '${text}'`,
    );
  });

  it.each(['graph', 'weights'] as const)(
    'refuses a model of two, or of more than three labels, also where --labels names three (%s)',
    async (kind) => {
      const emotions = Array.from({ length: 28 }, (_, index) => `emotion ${index}`);
      const stars = ['1 star', '2 stars', '3 stars', '4 stars', '5 stars'];
      for (const names of [['NEGATIVE', 'POSITIVE'], stars, emotions]) {
        const config = { ...BERT, id2label: Object.fromEntries(names.entries()) };
        const described = describeModel(aFolder(config), kind, LABELS);
        await expect(described).rejects.toThrow(
          `This service answers negative, neutral and positive; the model has ${names.length} labels (${names.slice(0, 2).join(', ')}`,
        );
      }
    },
  );

  it.each(['graph', 'weights'] as const)(
    'refuses a model whose labels do not exclude each other, or that is a regression (%s)',
    async (kind) => {
      for (const problem_type of ['multi_label_classification', 'regression']) {
        const described = describeModel(aFolder({ ...BERT, problem_type }), kind, undefined);
        await expect(described).rejects.toThrow(`problem_type is "${problem_type}"`);
      }
      for (const problem_type of ['single_label_classification', null]) {
        const { labels } = await describeModel(aFolder({ ...BERT, problem_type }), kind, undefined);
        expect(labels).toEqual(['negative', 'neutral', 'positive']);
      }
    },
  );

  it.each([
    ['an architecture', { architectures: ['MeanPooledForSequenceClassification'] }, 'MeanPooled'],
    [
      'its own code',
      {
        architectures: ['BertForSequenceClassification'],
        auto_map: { AutoModelForSequenceClassification: 'modeling.MeanPooled' },
      },
      'auto_map',
    ],
  ])(
    'refuses weights whose config.json names %s, and takes a graph of them',
    async (_, given, named) => {
      const folder = aFolder({ ...BERT, ...given });
      await expect(describeModel(folder, 'weights', undefined)).rejects.toThrow(
        new RegExp(
          `config.json names .*${named}.* is not run here.* remove architectures and auto_map`,
        ),
      );
      expect((await describeModel(folder, 'graph', undefined)).maxTokens).toBe(512);
    },
  );

  it.each([
    { architectures: ['TFBertForSequenceClassification'] },
    { architectures: ['BertForSequenceClassification'], auto_map: { AutoConfig: 'a.B' } },
    { architectures: null, auto_map: null },
    { architectures: [] },
  ])('takes weights of a class of transformers: %j', async (given) => {
    const { family } = await describeModel(aFolder({ ...BERT, ...given }), 'weights', undefined);
    expect(family).toBe('bert');
  });

  it('takes a config.json without labels for one of two, as transformers does', async () => {
    const { id2label: _, ...config } = BERT;
    const described = describeModel(aFolder(config), 'weights', undefined);
    await expect(described).rejects.toThrow('the model has 2 labels (LABEL_0, LABEL_1');
  });

  it.each(['graph', 'weights'] as const)(
    'refuses labels that id2label and label2id number differently, unless --labels says the order (%s)',
    async (kind) => {
      const label2id = { Negative: 2, Neutral: 1, Positive: 0 };
      const folder = aFolder({ ...BERT, label2id });
      await expect(describeModel(folder, kind, undefined)).rejects.toThrow(
        'config.json contradicts itself: id2label has "0": "Negative", label2id has "Negative": 2',
      );
      const order = LABELS.toReversed();
      expect((await describeModel(folder, kind, order)).labels).toEqual(order);
    },
  );

  it.each([
    ['the same numbers', { Negative: 0, Neutral: 1, Positive: 2 }],
    ['numbers as text', { Negative: '0', Neutral: '1', Positive: '2' }],
    ['the names of another version', { LABEL_0: 2, LABEL_1: 1, LABEL_2: 0 }],
    ['nothing', null],
  ])('takes a label2id of %s', async (_, label2id) => {
    const { labels } = await describeModel(aFolder({ ...BERT, label2id }), 'graph', undefined);
    expect(labels).toEqual(['negative', 'neutral', 'positive']);
  });

  it('names what a config.json lacks', async () => {
    const { pad_token_id: _, ...config } = { ...BERT, model_type: 'deberta' };
    await expect(describeModel(aFolder(config), 'graph', undefined)).rejects.toThrow(
      /pad_token_id/,
    );
  });
});
