import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { encodeTexts } from '../../../service/inference/encode-texts.ts';
import { EventLoopTurns } from '../../../service/inference/event-loop-turns.ts';
import { parseTokenizerDefinition } from '../../../service/inference/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../../service/inference/transformers-tokenizer.ts';
import { EMBEDDED_MODEL, GOLDENS, MODELS_DIR } from './helpers/golden.ts';

const STRETCH_MS_MAX = 5;

const json: unknown = JSON.parse(
  readFileSync(`${MODELS_DIR}/${EMBEDDED_MODEL}/tokenizer.json`, 'utf8'),
);
const turns = new EventLoopTurns();
const tokenizer = new TransformersTokenizer(
  parseTokenizerDefinition(json, 'tokenizer.json'),
  256,
  turns,
);
const { signal } = new AbortController();

function encode(texts: readonly string[]) {
  return encodeTexts(texts, { tokenizer, turns, signal });
}

/** Longest time in which nobody else could run. */
async function longestStretchMs(work: Promise<unknown>): Promise<number> {
  let isOver = false;
  let longestMs = 0;
  const ended = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const startedMs = performance.now();
    await nextTurn();
    longestMs = Math.max(longestMs, performance.now() - startedMs);
  }
  await ended;
  return longestMs;
}

describe('encoding texts', () => {
  it('keeps their order, as the Python reference encodes them', async () => {
    const encodings = await encode(GOLDENS.map(({ text }) => text));
    expect(encodings.map(({ ids }) => ids)).toEqual(GOLDENS.map(({ ids }) => ids));
  });

  it('leaves out what is left once the caller has gone', async () => {
    const client = new AbortController();
    const texts = Array<string>(400).fill('istrationaq qzxv '.repeat(60));
    const encoding = encodeTexts(texts, { tokenizer, turns, signal: client.signal });
    await nextTurn();
    client.abort();
    expect((await encoding).length).toBeLessThan(texts.length);
  });

  // Eleven letters that begin many words, then one that no vocabulary has.
  const hostileWord = `${'istrationaq'.repeat(9)}ʘ `;

  it.each([
    ['posts', 128, () => GOLDENS.slice(0, 128).map(({ text }) => text)],
    ['many ordinary words', 20, 'the quick brown fox jumps over it '.repeat(735)],
    ['words that almost are', 20, hostileWord.repeat(247)],
    ['one word', 40, 'a'.repeat(25_000)],
    ['combining marks', 40, '\u0301'.repeat(25_000)],
    ['emoji', 20, '😂'.repeat(12_500)],
    ['dots', 20, '.'.repeat(25_000)],
    ['ideographs', 20, '爱'.repeat(25_000)],
    ['references', 40, '&amp;'.repeat(5_000)],
  ])(
    'never holds the event loop for more than 5 ms: %s',
    async (_, count, content) => {
      const texts = typeof content === 'string' ? Array<string>(count).fill(content) : content();
      // A pause may fall into any run: the machine is shared, and garbage is collected.
      const longestMs: number[] = [];
      for (let run = 0; run < 10 && !longestMs.some((ms) => ms <= STRETCH_MS_MAX); run++) {
        longestMs.push(await longestStretchMs(Promise.all([encode(texts), encode(texts)])));
      }
      expect(Math.min(...longestMs)).toBeLessThanOrEqual(STRETCH_MS_MAX);
    },
    60_000,
  );
});
