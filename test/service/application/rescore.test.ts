import { describe, expect, it } from '@jest/globals';
import { Rescore } from '../../../service/application/rescore.ts';
import {
  DeadlineExceededError,
  FeatureStoreUnavailableError,
  OverloadedError,
} from '../../../service/domain/errors.ts';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import { MemoryFeatureStore } from '../../../service/feature-store/memory/memory-feature-store.ts';
import {
  aContext,
  aLanguageCheck,
  aStoreWriter,
  FakeModel,
  FakePredictionLog,
} from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const EARLIER = { name: 'earlier', revision: 'ba9876543210' };
const DAY_RANGE = { from: 0, to: 30_000 };

function aUseCase({ storeText = true } = {}) {
  const [predictionLog, model] = [new FakePredictionLog(), new FakeModel()];
  let nowMs = 0;
  const store = new MemoryFeatureStore({
    identity: model.identity,
    maxRows: 1_000,
    now: () => nowMs,
  });
  const { storeWriter } = aStoreWriter({ store, predictionLog });
  const put = (...rows: Partial<FeatureRow>[]) =>
    store.putTweets(
      rows.map((row) => ({ row: aRow({ model: EARLIER, ...row }), ttlSeconds: 3_600 })),
    );
  const settings = { rowTtlSeconds: 9_999, storeText, languages: aLanguageCheck() };
  const rescore = new Rescore({
    ...settings,
    store,
    storeWriter,
    predictionLog,
    model,
    deadlineMs: 10_000,
  });
  return {
    store,
    predictionLog,
    model,
    put,
    page: (isDryRun = false, cursor = '0') => rescore.page(cursor, isDryRun, aContext()),
    advance: (seconds: number) => {
      nowMs += seconds * 1_000;
    },
  };
}

describe('Rescore', () => {
  it('scores stored texts with the present model, so that each tweet counts once, with its new score', async () => {
    const { store, predictionLog, put, page } = aUseCase();
    const scores = { negative: 0.8, neutral: 0.15, positive: 0.05 };
    await put(
      { tweetId: '1', topics: ['#a', 'named at ingest'], label: 'negative', scores },
      { tweetId: '2', label: 'negative', scores },
    );
    expect(await page()).toEqual({
      ...{ rescored: 2, present: 0, withoutText: 0, failed: 0 },
      nextCursor: null,
    });
    const [row] = await store.getTweets(['1']);
    expect(row).toMatchObject({
      model: { name: 'fake-model', revision: '0123456789ab' },
      ...{ label: 'positive', text: aRow().text, topics: ['#a', 'named at ingest'] },
      authorId: aRow().authorId,
      authorUsername: aRow().authorUsername,
      eventTimestampMs: aRow().eventTimestampMs,
    });
    const user = await store.userBuckets(aRow().authorId ?? '', DAY_RANGE);
    expect(user?.buckets.map(({ counts }) => counts)).toEqual([
      { negative: 0, neutral: 0, positive: 2 },
    ]);
    expect(predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual(['1', '2']);
    expect(await page()).toMatchObject({ rescored: 0, present: 2 });
  });

  it('logs rows that the store has taken without answering in time', async () => {
    const { store, predictionLog, put, page } = aUseCase();
    await put({ tweetId: '1' }, { tweetId: '2' });
    const write = store.putTweets.bind(store);
    store.putTweets = async (writes) => {
      await write(writes);
      throw new FeatureStoreUnavailableError('Command timed out');
    };
    await expect(page()).rejects.toBeInstanceOf(FeatureStoreUnavailableError);
    store.putTweets = write;
    expect(await page()).toMatchObject({ rescored: 0, present: 2 });
    expect(predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual(['1', '2']);
  });

  it('lets the scores of the present model count again after a rollback, also those without a text', async () => {
    const { store, model, predictionLog, put, page } = aUseCase();
    const { identity } = model;
    const present = { model: { name: '', revision: identity.revision }, text: null };
    const later = { createdTimestampMs: aRow().createdTimestampMs + 1 };
    const scores = { negative: 0.8, neutral: 0.15, positive: 0.05 };
    await put({ ...present, tweetId: '1' }, { ...present, tweetId: '2' });
    await put(
      { ...later, tweetId: '1', label: 'negative', scores, text: null },
      { ...later, tweetId: '2', label: 'negative', scores },
    );
    expect(await page(true)).toMatchObject({ rescored: 2, present: 0, withoutText: 0, failed: 0 });
    expect(await page()).toMatchObject({ rescored: 2, present: 0, withoutText: 0, failed: 0 });
    const user = await store.userBuckets(aRow().authorId ?? '', DAY_RANGE);
    expect(user?.buckets.map(({ counts }) => counts)).toEqual([
      { negative: 0, neutral: 0, positive: 2 },
    ]);
    expect(model.asked).toEqual([[aRow().text]]);
    expect(predictionLog.rows.map((row) => [row.tweetId, row.model.name])).toEqual([
      ['1', identity.name],
      ['2', identity.name],
    ]);
    expect(await page()).toMatchObject({ rescored: 0, present: 2 });
  });

  it('gives a row the rest of the life of the row whose text it has', async () => {
    const { store, put, page, advance } = aUseCase();
    await put({ tweetId: '1' });
    advance(3_000);
    await page();
    advance(599);
    expect((await store.getTweets(['1']))[0]).not.toBeNull();
    advance(2);
    expect((await store.getTweets(['1']))[0]).toBeNull();
  });

  it('stores no text where the configuration excludes texts', async () => {
    const { store, put, page } = aUseCase({ storeText: false });
    await put({ tweetId: '1' });
    expect(await page()).toMatchObject({ rescored: 1 });
    expect((await store.getTweets(['1']))[0]).toMatchObject({ text: null });
  });

  it('counts tweets that it cannot rescore, by the reason', async () => {
    const { put, page } = aUseCase();
    await put({ tweetId: '1', text: null }, { tweetId: '2', text: 'a banana' });
    await put({ tweetId: '3', text: ' ' }, { tweetId: '4' });
    expect(await page()).toMatchObject({ rescored: 1, withoutText: 1, failed: 2 });
  });

  it('does not bring back a tweet that is purged while its text is scored', async () => {
    const { store, model, put, page } = aUseCase();
    await put({ tweetId: '1' }, { tweetId: '2' });
    const scored = Promise.withResolvers<void>();
    model.gate = scored.promise;
    const rescored = page();
    await store.purgeTweet('1');
    scored.resolve();
    expect(await rescored).toMatchObject({ rescored: 1, withoutText: 1, failed: 0 });
    expect((await store.getTweets(['1']))[0]).toBeNull();
  });

  it('scores nothing in a dry run', async () => {
    const { model, put, page } = aUseCase();
    await put({ tweetId: '1' }, { tweetId: '2', text: null });
    expect(await page(true)).toMatchObject({ rescored: 1, withoutText: 1 });
    expect(model.asked).toEqual([]);
  });

  it('has few texts admitted at a time, and answers what is left of a page that failed', async () => {
    const { model, put, page } = aUseCase();
    await put(...Array.from({ length: 70 }, (_, index) => ({ tweetId: `${index + 1}` })));
    const admitted = model.predict.bind(model);
    model.predict = async (...args) => {
      if (model.asked.length === 1)
        throw new OverloadedError('overloaded', { retryAfterSeconds: 1 });
      return admitted(...args);
    };
    await expect(page()).rejects.toThrow(OverloadedError);
    model.predict = admitted;
    expect(await page()).toMatchObject({ rescored: 38, present: 32 });
    expect(model.asked.map(({ length }) => length)).toEqual([32, 32, 6]);
  });

  it('scores fewer texts at a time once a step has exceeded its deadline, so that a repeated page ends', async () => {
    const { model, put, page } = aUseCase();
    await put(...Array.from({ length: 40 }, (_, index) => ({ tweetId: `${index + 1}` })));
    const inTime = model.predict.bind(model);
    model.predict = async (...args) => {
      if (args[0].length > 9) throw new DeadlineExceededError();
      return inTime(...args);
    };
    await expect(page()).rejects.toThrow(DeadlineExceededError);
    await expect(page()).rejects.toThrow(DeadlineExceededError);
    expect(await page()).toMatchObject({ rescored: 40, present: 0, failed: 0 });
    expect(model.asked.map(({ length }) => length)).toEqual([8, 8, 8, 8, 8]);
  });

  it('scores no more texts at a time because of a page that began earlier, or has no texts', async () => {
    const { store, model, put, page } = aUseCase();
    await put(...Array.from({ length: 40 }, (_, index) => ({ tweetId: `${index + 1}` })));
    const inTime = model.predict.bind(model);
    const held = Promise.withResolvers<void>();
    let calls = 0;
    model.predict = async () => {
      if (calls++ === 0) await held.promise;
      throw new DeadlineExceededError();
    };
    const earlier = page();
    await expect(page()).rejects.toThrow(DeadlineExceededError);
    await expect(page()).rejects.toThrow(DeadlineExceededError);
    held.resolve();
    await expect(earlier).rejects.toThrow(DeadlineExceededError);
    const outdatedTweets = store.outdatedTweets.bind(store);
    store.outdatedTweets = async () => ({
      ...{ outdated: [], present: 9, withoutText: 0 },
      nextCursor: null,
    });
    await page();
    store.outdatedTweets = outdatedTweets;
    model.predict = inTime;
    await page();
    expect(model.asked.map(({ length }) => length)).toEqual([8, 8, 8, 8, 8]);
  });

  it('fails if the store does not answer', async () => {
    const { store, put, page } = aUseCase();
    await put({ tweetId: '1' });
    store.putTweets = async () => {
      throw new FeatureStoreUnavailableError('away');
    };
    await expect(page()).rejects.toThrow('away');
  });
});
