import { readFileSync } from 'node:fs';
import { seededRandom } from '../script/lib/seeded-random.ts';
import { assetOf } from './assets.ts';
import { CannotRun } from './cannot-run.ts';
import type { BenchModel } from './models.ts';
import { shuffle } from './random.ts';
import { type EncodedText, encodeAll } from './tokenize.ts';

export type BenchText = EncodedText;

const SEED = 20_160_101;
const INVENTED_TEXTS = 2_000;

/** Each is one token of both models. */
const WORDS = ['the', 'day', 'good', 'not', 'with', 'game', 'new', 'time', 'love', 'will'];

/** Special tokens before and after a text. */
const FRAME = 2;

/**
 * Tweets in a fixed random order: the validation split of TweetEval where BENCH_DATA_DIR holds
 * it, else invented texts with its mix of lengths.
 */
export async function loadTexts(
  { tokenizerPath, bundle }: Pick<BenchModel, 'tokenizerPath' | 'bundle'>,
  say: (text: string) => void,
): Promise<BenchText[]> {
  const random = seededRandom(SEED);
  const texts = shuffle(realTexts(say) ?? inventedTexts(random), random);
  return encodeAll(tokenizerPath, bundle, texts);
}

function realTexts(say: (text: string) => void): string[] | undefined {
  try {
    return readLines(assetOf('BENCH_DATA_DIR', 'tweeteval', 'val_text.txt'));
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    say(`${error.message}; using invented texts with the same mix of lengths`);
    return undefined;
  }
}

/** Distinct texts whose token counts are distributed as the bundled histogram says. */
function inventedTexts(random: () => number): string[] {
  const path = new URL('./tweet-lengths.json', import.meta.url);
  const { texts: counts }: { texts: number[] } = JSON.parse(readFileSync(path, 'utf8'));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Array.from({ length: INVENTED_TEXTS }, () => {
    let rest = random() * total;
    const tokens = counts.findIndex((count) => {
      rest -= count;
      return rest < 0;
    });
    const words = Array.from({ length: Math.max(1, tokens - FRAME) }, () => {
      return WORDS[Math.floor(random() * WORDS.length)];
    });
    return words.join(' ');
  });
}

function readLines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}
