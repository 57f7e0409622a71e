import { describe, expect, it } from '@jest/globals';
import { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js';
import fc from 'fast-check';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import type { TokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../../../service/inference/tokenizer/transformers-tokenizer.ts';
import { BYTE_LEVEL } from '../helpers/byte-level-definition.ts';
import { EMBEDDED } from '../helpers/embedded-tokenizer.ts';
import { GOLDENS } from '../helpers/golden.ts';

// Bound by CPU time: the limit ends a test that hangs, even on a busy machine.

const WINDOW = 256;
/** A window that the first chunk may fill, and one that takes several chunks. */
const WINDOWS = [WINDOW, 4000];
const CLS = 101;
const SEP = 102;

function tokenizerOf(definition: TokenizerDefinition, maxTokens = WINDOW) {
  return new TransformersTokenizer(definition, maxTokens, new EventLoopTurns());
}

/** The library alone: whole texts, no window. */
function libraryIds(definition: TokenizerDefinition): (text: string) => number[] {
  const addedTokens = definition.added_tokens.filter(({ special }) => !special);
  const json = { ...definition, added_tokens: addedTokens, decoder: null };
  const library = new PreTrainedTokenizer(json, {}) as unknown as {
    encode(text: string): number[];
  };
  return (text) => library.encode(text);
}

const bert = tokenizerOf(EMBEDDED);
const byteLevel = tokenizerOf(BYTE_LEVEL);

describe("the embedded model's tokenizer", () => {
  it('agrees with the Python reference on all golden texts', async () => {
    for (const { text, preprocessed, ids, truncated } of GOLDENS) {
      const encoding = await bert.encode(preprocessed);
      expect({ text, ...encoding }).toEqual({ text, ids, truncated });
    }
  });

  it('keeps the first 255 tokens of a longer text and ends it', async () => {
    const { ids, truncated } = await bert.encode('word '.repeat(300));
    expect(ids).toHaveLength(256);
    expect(ids.slice(0, 2)).toEqual([CLS, 2773]);
    expect(ids.slice(-2)).toEqual([2773, SEP]);
    expect(truncated).toBe(true);
  });

  it.each([
    [253, false, 255],
    [254, false, 256],
    [255, true, 256],
  ])('of %i words: truncated is %s, with %i tokens', async (words, truncated, length) => {
    const encoding = await bert.encode('word '.repeat(words));
    expect([encoding.truncated, encoding.ids.length]).toEqual([truncated, length]);
  });

  it.each(['[CLS]', '[SEP]', '[PAD]', '[MASK]', '[UNK]'])(
    'reads a typed %s as text',
    async (token) => {
      const { ids } = await bert.encode(token);
      expect(ids.length).toBeGreaterThan(3);
      expect(ids.slice(1, -1).filter((id) => id === 0 || (id >= 101 && id <= 103))).toEqual([]);
    },
  );

  it.each(['', '   ', '\u200b', '\u0000\u0007'])('finds no text in %j', async (text) => {
    const { ids } = await bert.encode(text);
    expect(ids).toEqual([CLS, SEP]);
    expect(ids).toHaveLength(bert.specialTokens);
  });

  it('names the id of words outside the vocabulary, and null if it can spell every word', async () => {
    expect((await bert.encode('\u{20000}')).ids).toEqual([CLS, bert.unknownId, SEP]);
    expect(byteLevel.unknownId).toBeNull();
  });

  it('lowers a capital sigma at the end of a word as the reference does', async () => {
    expect((await bert.encode('ΟΔΟΣ')).ids).toEqual((await bert.encode('οδοσ')).ids);
  });

  it('separates ideographs beyond the basic plane as the reference does', async () => {
    expect((await bert.encode('\u{20000}\u{20001}')).ids).toEqual([CLS, 100, 100, SEP]);
    expect((await bert.encode('\u{2B820}\u{2B821}')).ids).toEqual([CLS, 100, SEP]);
  });

  it.each([true, false])(
    'cuts a long text only between words: with handle_chinese_chars of %s',
    async (separates) => {
      const normalizer = { ...EMBEDDED.normalizer, handle_chinese_chars: separates };
      const definition = { ...EMBEDDED, normalizer } as TokenizerDefinition;
      // The first chunk ends at the 1,000th character, or at the next cut.
      const text = `${'.'.repeat(990)}${'中'.repeat(20)} ${'.'.repeat(990)}`;
      const { ids } = await tokenizerOf(definition, 4000).encode(text);
      expect(ids).toEqual(libraryIds(definition)(text));
    },
  );

  it('counts the characters of a word, not its UTF-16 units', async () => {
    const word = (characters: number) => '\u{1D41A}'.repeat(characters);
    expect((await bert.encode(`${word(60)} ${word(101)}`)).ids).toEqual([CLS, 100, 100, SEP]);
    const longest = `${'a'.repeat(100)} ${'a'.repeat(101)}`;
    expect((await bert.encode(longest)).ids.filter((id) => id === 100)).toHaveLength(1);
  });

  it('agrees with the library where the library agrees with the reference', async () => {
    const reference = libraryIds(EMBEDDED);
    for (const window of WINDOWS) await expectEqualToWhole(EMBEDDED, window, reference, SEP);
  });
});

describe("a tokenizer of RoBERTa's kind", () => {
  it('frames a text with <s> and </s>', async () => {
    const { ids } = await byteLevel.encode('the');
    expect([ids[0], ids.at(-1)]).toEqual([0, 2]);
  });

  it.each(['<s>', '</s>', '<pad>', '<mask>', ' <mask> '])(
    'reads a typed %j as text',
    async (token) => {
      const { ids } = await byteLevel.encode(token);
      expect(ids.length).toBeGreaterThanOrEqual(token.trim().length + 2);
      expect(ids.slice(1, -1).filter((id) => id < 5)).toEqual([]);
    },
  );

  it('agrees with the library on whole texts', async () => {
    const reference = libraryIds(BYTE_LEVEL);
    for (const window of WINDOWS) await expectEqualToWhole(BYTE_LEVEL, window, reference, 2);
  });
});

describe("a tokenizer of XLM-RoBERTa's kind", () => {
  const END = 1;
  const withEnd = (end: string, special = true) => {
    const pieces = ['<s>', end, '<unk>', '▁so', '▁good', ...'▁<|end>s/'];
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    return tokenizerOf({
      added_tokens: ['<s>', end].map((content, id) => ({ ...flags, id, content, special })),
      normalizer: null,
      pre_tokenizer: { type: 'Metaspace', replacement: '▁' },
      post_processor: { type: 'RobertaProcessing', sep: [end, END], cls: ['<s>', 0] },
      model: { type: 'Unigram', unk_id: 2, vocab: pieces.map((piece) => [piece, -1]) },
    } as TokenizerDefinition);
  };

  it.each([
    ['</s>', true],
    ['<|end|>', true],
    ['<|end|>', false],
  ])('reads a typed end token as text: %s (special: %s)', async (end, special) => {
    const { ids } = await withEnd(end, special).encode(`so ${end} good`);
    expect(ids.slice(1, -1)).not.toContain(END);
    expect(ids.at(-1)).toBe(END);
  });
});

describe('a token that was added before training', () => {
  const flags = { single_word: false, lstrip: false, rstrip: false };
  const withToken = (content: string, special: boolean, normalized = !special) =>
    tokenizerOf({
      ...EMBEDDED,
      added_tokens: [
        ...EMBEDDED.added_tokens,
        { ...flags, id: 40_000, content, special, normalized },
      ],
    } as TokenizerDefinition);

  it('is read as a token if it is special, and only as it is spelled', async () => {
    const tokenizer = withToken('@User', true);
    expect((await tokenizer.encode('hi@Users')).ids).toContain(40_000);
    expect((await tokenizer.encode('@user')).ids).toEqual((await bert.encode('@user')).ids);
  });

  it('is found in the normalized text if it is normalized', async () => {
    const tokenizer = withToken('Déjà  Vu', false);
    expect((await tokenizer.encode('so DE\u0301JA\u0300  vu!')).ids).toContain(40_000);
  });

  it('is found where a long text would be cut', async () => {
    const tokenizer = withToken('a b', false);
    const { ids } = await tokenizer.encode(`${'x'.repeat(999)}a b`.repeat(2));
    expect(ids.filter((id) => id === 40_000)).toHaveLength(2);
  });
});

/** Texts of several chunks must get the ids of the whole text's first tokens. */
async function expectEqualToWhole(
  definition: TokenizerDefinition,
  window: number,
  wholeIds: (text: string) => number[],
  endId: number,
): Promise<void> {
  const tokenizer = tokenizerOf(definition, window);
  const part = fc.oneof(
    fc.constantFrom(
      'the',
      ' lowing',
      "don't",
      ' ',
      '   ',
      '     ',
      '\t',
      '\n',
      '.',
      '...',
      '!?',
      '😂',
      '❤',
    ),
    fc.constantFrom(
      '我',
      '爱',
      'ä',
      '1,000',
      ' a',
      'http',
      '@user',
      '👍🏽',
      'ﬁ',
      '\u00a0',
      '[SEP]',
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
  );
  const word = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  const text = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 90 }))
    .map(([words, times]) => words.join(' ').concat(' ').repeat(times).slice(0, 6000));
  await fc.assert(
    fc.asyncProperty(text, async (sample) => {
      const whole = wholeIds(sample);
      const isTruncated = whole.length > window;
      const expected = isTruncated ? [...whole.slice(0, window - 1), endId] : whole;
      expect(await tokenizer.encode(sample)).toEqual({ ids: expected, truncated: isTruncated });
      expect(await tokenizer.count(sample)).toBe(whole.length);
    }),
    { numRuns: 100 },
  );
}
