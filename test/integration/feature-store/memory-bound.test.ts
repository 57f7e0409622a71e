import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const STORE = new URL(
  '../../../service/feature-store/memory/memory-feature-store.ts',
  import.meta.url,
);

/** Writes tweets of a kind into a store of the default bound, in a process with a small heap. */
function fill(tweets: number, kind: string) {
  const script = `
    const { MemoryFeatureStore } = await import('${STORE.href}');
    const identity = { name: 'model', revision: '0123456789ab', preprocessingVersion: 1 };
    const store = new MemoryFeatureStore({ identity, maxRows: 100_000 });
    const scores = { negative: 0.1, neutral: 0.2, positive: 0.7 };
    for (let i = 1; i <= ${tweets}; i++) {
      const row = {
        tweetId: String(i), authorId: String(i), authorUsername: null, topics: [], text: null,
        eventTimestampMs: i, createdTimestampMs: i, model: identity, preprocessingVersion: 1,
        label: 'positive', scores, truncated: false, language: 'en', languageSupported: true, ...(${kind})(i),
      };
      await store.putTweets([{ row, ttlSeconds: 5_184_000 }]);
    }
    const { tweetIds } = await store.listTweets('0');
    console.log(JSON.stringify({ held: tweetIds.length }));`;
  return spawnSync(
    process.execPath,
    [
      '--no-warnings',
      '--max-old-space-size=96',
      '--max-semi-space-size=1',
      '--input-type=module',
      '--eval',
      script,
    ],
    { encoding: 'utf8' },
  );
}

describe('the default bound of the in-memory store', () => {
  it.each([
    [
      'tweets with 32 topics of 90 characters',
      5_000,
      "(i) => ({ topics: Array.from({ length: 32 }, (_, t) => ('#' + i + '-' + t + '-').padEnd(90, 'x')) })",
    ],
    [
      'texts of 25,000 characters',
      4_000,
      "(i) => ({ text: JSON.parse(JSON.stringify(String(i).padEnd(25_000, '\\u4e00'))) })",
    ],
  ])('keeps a small heap alive with %s', (_kind, tweets, kind) => {
    const { status, signal, stdout, stderr } = fill(tweets, kind);
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout).held).toBeGreaterThan(100);
  });
});
