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

  it('rejects a tokenizer that does not frame texts', () => {
    const definition = parseTokenizerDefinition(
      { ...byteLevelJson(), post_processor: { type: 'ByteLevel' } },
      'tokenizer.json',
    );
    expect(() => new TransformersTokenizer(definition, 16, new EventLoopTurns())).toThrow(
      /frames a text with \[\]/,
    );
  });
});
