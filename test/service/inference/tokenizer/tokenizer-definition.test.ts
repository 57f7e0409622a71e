import { describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../../service/domain/errors.ts';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import { parseTokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../../../service/inference/tokenizer/transformers-tokenizer.ts';
import { byteLevelJson } from '../helpers/byte-level-definition.ts';

describe('reading a tokenizer.json', () => {
  it("accepts RoBERTa's kind", () => {
    expect(parseTokenizerDefinition(byteLevelJson(), 'tokenizer.json').model.type).toBe('BPE');
  });

  it('accepts the options of BPE that files have and that change no token', () => {
    const { model } = byteLevelJson();
    const unset = {
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
    };
    const json = { ...byteLevelJson(), model: { ...model, ...unset } };
    expect(parseTokenizerDefinition(json, 'tokenizer.json').model.type).toBe('BPE');
  });

  it.each([
    { dropout: 0.1 },
    { continuing_subword_prefix: '##' },
    { end_of_word_suffix: '</w>' },
    { byte_fallback: true },
    { ignore_merges: true },
  ])('rejects an option of BPE that changes tokens: %j', (option) => {
    const json = { ...byteLevelJson(), model: { ...byteLevelJson().model, ...option } };
    expect(() => parseTokenizerDefinition(json, 'tokenizer.json')).toThrow(StartupError);
  });

  it.each([
    ['no tokenizer at all', {}],
    ['another model', { ...byteLevelJson(), model: { type: 'Unigram', vocab: [] } }],
    ['another normalizer', { ...byteLevelJson(), normalizer: { type: 'NFKC' } }],
    ['another pre-tokenizer', { ...byteLevelJson(), pre_tokenizer: { type: 'Metaspace' } }],
  ])('rejects %s, naming the file', (_, json) => {
    expect(() => parseTokenizerDefinition(json, 'some/tokenizer.json')).toThrow(StartupError);
    expect(() => parseTokenizerDefinition(json, 'some/tokenizer.json')).toThrow(
      /some\/tokenizer\.json is not a supported tokenizer/,
    );
  });

  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const template = (single: readonly object[]) => ({
    type: 'TemplateProcessing',
    single,
    pair: [],
    special_tokens: {},
  });

  it.each([
    ['does not frame texts', { type: 'ByteLevel' }, '["TEXT"]'],
    // As mBART's.
    [
      'has both tokens after a text',
      template([text, special('</s>'), special('<s>')]),
      '["TEXT","</s>","<s>"]',
    ],
    [
      'has both tokens before a text',
      template([special('<s>'), special('</s>'), text]),
      '["<s>","</s>","TEXT"]',
    ],
  ])('rejects a tokenizer that %s', (_, post_processor, tokens) => {
    const definition = parseTokenizerDefinition(
      { ...byteLevelJson(), post_processor },
      'tokenizer.json',
    );
    expect(() => new TransformersTokenizer(definition, 16, new EventLoopTurns())).toThrow(
      `The tokenizer makes ${tokens} of a text`,
    );
  });
});
