import { describe, expect, it } from '@jest/globals';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer } from '../../../../service/inference/tokenizer/normalize.ts';
import { encodeTexts, type Tokenizer } from '../../../../service/inference/tokenizer/tokenizer.ts';
import { TransformersTokenizer } from '../../../../service/inference/tokenizer/transformers-tokenizer.ts';
import { EMBEDDED } from '../helpers/embedded-tokenizer.ts';
import { GOLDENS } from '../helpers/golden.ts';

describe('encoding texts', () => {
  it('returns encodings in order, equal to those of the Python reference', async () => {
    const turns = new EventLoopTurns();
    const encodings = await encodeTexts(
      GOLDENS.map(({ text }) => text),
      {
        normalize: createNormalizer(),
        tokenizer: new TransformersTokenizer(EMBEDDED, 256, turns),
        turns,
        signal: new AbortController().signal,
      },
    );
    expect(encodings.map(({ ids }) => ids)).toEqual(GOLDENS.map(({ ids }) => ids));
  });

  it('preprocesses each text before it is tokenized', async () => {
    const encoded: string[] = [];
    const tokenizer: Tokenizer = {
      specialTokens: 2,
      unknownId: null,
      encode: async (text) => {
        encoded.push(text);
        return { ids: [], truncated: false };
      },
      count: async () => 0,
    };
    await encodeTexts(['@nasa café', 'Việt &lt;3'], {
      normalize: createNormalizer(['unescape-html', 'mask-users-and-links']),
      tokenizer,
      turns: new EventLoopTurns(),
      signal: new AbortController().signal,
    });
    expect(encoded).toEqual(['@user café', 'Việt <3']);
  });

  it('leaves out the remaining texts once the caller has disconnected', async () => {
    const client = new AbortController();
    const tokenizer: Tokenizer = {
      specialTokens: 2,
      unknownId: null,
      encode: async (text) => {
        if (text === 'third') client.abort();
        return { ids: [text.length], truncated: false };
      },
      count: async () => 0,
    };
    const encodings = await encodeTexts(['first', 'second', 'third', 'fourth'], {
      normalize: createNormalizer(),
      tokenizer,
      turns: new EventLoopTurns(),
      signal: client.signal,
    });
    expect(encodings).toHaveLength(3);
  });
});
