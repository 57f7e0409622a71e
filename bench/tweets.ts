import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchText } from './texts.ts';

const FIRST_ID = 1_460_323_737_035_677_698n;

export interface BenchTweet {
  readonly id: string;
  readonly url: string;
  readonly text: string;
}

/** Texts as tweets of one invented user. */
export function tweetsOf(texts: readonly BenchText[], count: number): BenchTweet[] {
  return texts.slice(0, count).map(({ text }, index) => {
    const id = String(FIRST_ID + BigInt(index));
    return { id, url: `https://x.com/bench/status/${id}`, text };
  });
}

/** Answer of X API v2 for tweets. */
export function xAnswer(tweets: readonly BenchTweet[]): object {
  return {
    data: tweets.map(({ id, text }) => ({
      id,
      text,
      author_id: '12',
      created_at: '2021-11-15T19:08:05.000Z',
    })),
    includes: { users: [{ id: '12', username: 'bench', name: 'Bench' }] },
  };
}

/** Runs `use` with the path of a fixture file that holds the tweets. */
export async function withFixture<T>(
  tweets: readonly BenchTweet[],
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const path = join(folder, 'tweets.json');
  writeFileSync(path, JSON.stringify(xAnswer(tweets)));
  try {
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
