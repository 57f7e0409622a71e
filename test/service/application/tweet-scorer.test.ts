import { describe, expect, it } from '@jest/globals';
import type { TweetOutcome } from '../../../service/application/score-tweets.ts';
import { PendingStoreWork } from '../../../service/application/store-writer.ts';
import { TweetScorer } from '../../../service/application/tweet-scorer.ts';
import {
  AbandonedError,
  FeatureStoreUnavailableError,
  OverloadedError,
  TweetSourceFailedError,
} from '../../../service/domain/errors.ts';
import {
  aContext,
  aTweet,
  FakeModel,
  FakePredictionLog,
  FakeSource,
  FakeStore,
  RecordedLog,
  RecordedMetrics,
} from '../../helpers/fakes.ts';

const ID = '1460323737035677698';

function aScorer(
  options: {
    source?: FakeSource;
    storeText?: boolean;
    exposeText?: boolean;
    maxPendingRows?: number;
  } = {},
) {
  const store = new FakeStore();
  const model = new FakeModel();
  const source = options.source ?? new FakeSource({ [ID]: aTweet() });
  const metrics = new RecordedMetrics();
  const logger = new RecordedLog();
  const predictionLog = new FakePredictionLog();
  const pending = new PendingStoreWork({
    store,
    predictionLog,
    metrics,
    logger,
    maxRows: options.maxPendingRows ?? 1_000,
  });
  const scorer = new TweetScorer({
    store,
    pending,
    predictionLog,
    source,
    model,
    metrics,
    logger,
    rowTtlSeconds: 5_184_000,
    storeText: options.storeText ?? true,
    exposeText: options.exposeText ?? true,
  });
  const ask = async (id = ID): Promise<TweetOutcome> => {
    const { outcomes, persist } = await scorer.score([id], aContext());
    persist();
    await pending.flush();
    return outcomes[0]!;
  };
  return { scorer, store, predictionLog, model, source, metrics, logger, pending, ask };
}

describe('TweetScorer.score', () => {
  it('answers a tweet the store does not hold from the source and the model, as a miss', async () => {
    const { ask, metrics } = aScorer();
    expect(await ask()).toMatchObject({
      status: 'ok',
      featureStore: 'miss',
      text: 'I love this phone',
      row: { tweetId: ID, label: 'positive', model: { revision: '0123456789ab' } },
    });
    expect([metrics.sum('FeatureStoreHits'), metrics.sum('FeatureStoreMisses')]).toEqual([0, 1]);
  });

  it('answers it from the store afterwards, as a hit with the same scores, without the source', async () => {
    const { ask, source, model, metrics } = aScorer();
    const miss = await ask();
    const hit = await ask();
    expect(hit).toEqual({ ...miss, featureStore: 'hit' });
    expect([source.asked.length, model.asked.length]).toEqual([1, 1]);
    expect(metrics.sum('FeatureStoreHits')).toBe(1);
  });

  it('writes nothing before the answer is out', async () => {
    const { scorer, store, pending } = aScorer();
    const { persist } = await scorer.score([ID], aContext());
    await pending.flush();
    expect(store.writes).toEqual([]);
    persist();
    persist();
    await pending.flush();
    expect(store.writes).toHaveLength(1);
  });

  it('keeps a row for 60 days, and only briefly while the tweet may be edited', async () => {
    const editable = aTweet({ id: '2', editableUntilMs: Date.now() + 60_000 });
    const edited = aTweet({ id: '3', editableUntilMs: Date.now() - 60_000 });
    const { ask, store } = aScorer({
      source: new FakeSource({ '1': aTweet({ id: '1' }), '2': editable, '3': edited }),
    });
    for (const id of ['1', '2', '3']) await ask(id);
    expect(store.writes.flat().map((write) => write.ttlSeconds)).toEqual([
      5_184_000, 300, 5_184_000,
    ]);
  });

  it('gives a batch back in order, reading the store, the source and the model once each', async () => {
    const source = new FakeSource({
      '1': aTweet({ id: '1', text: 'one' }),
      '3': aTweet({ id: '3', text: ' ' }),
      '4': 'protected',
      '5': 'withheld',
    });
    const { scorer, model } = aScorer({ source });
    const { outcomes } = await scorer.score(['3', '1', '2', '1', '4', '5'], aContext());
    expect(
      outcomes.map((outcome) =>
        outcome.status === 'ok' ? outcome.row.tweetId : outcome.error.code,
      ),
    ).toEqual(['empty_text', '1', 'tweet_not_found', '1', 'tweet_protected', 'tweet_withheld']);
    expect(source.asked).toEqual([['3', '1', '2', '4', '5']]);
    expect(model.asked).toEqual([[' ', 'one']]);
  });

  it.each(['not_found', 'protected', 'withheld'] as const)(
    'purges what is stored of a tweet that is %s',
    async (reason) => {
      const { ask, store } = aScorer({ source: new FakeSource({ [ID]: reason }) });
      await ask();
      expect(store.purged).toEqual([ID]);
    },
  );

  it('computes a tweet once for a hundred requests at a time, and writes it once', async () => {
    const { scorer, source, model, store, pending } = aScorer();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const all = Array.from({ length: 100 }, () => scorer.score([ID], aContext()));
    gate.resolve();
    for (const { outcomes, persist } of await Promise.all(all)) {
      expect(outcomes[0]?.status).toBe('ok');
      persist();
    }
    await pending.flush();
    expect([source.asked.length, model.asked.length, store.writes.length]).toEqual([1, 1, 1]);
  });

  it('goes on for the others when the first client leaves', async () => {
    const { scorer, model } = aScorer();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const client = new AbortController();
    const first = scorer.score([ID], aContext({ signal: client.signal }));
    const second = scorer.score([ID], aContext());
    client.abort();
    await expect(first).rejects.toBeInstanceOf(AbandonedError);
    gate.resolve();
    expect((await second).outcomes[0]?.status).toBe('ok');
  });

  it('gives up when every client has left, and computes anew for the next', async () => {
    const { scorer, model, ask } = aScorer();
    model.gate = new Promise(() => undefined);
    const client = new AbortController();
    const only = scorer.score([ID], aContext({ signal: client.signal }));
    await Promise.resolve();
    client.abort();
    await expect(only).rejects.toBeInstanceOf(AbandonedError);
    model.gate = undefined;
    expect((await ask()).status).toBe('ok');
    expect(model.held).toBe(0);
  });

  it('answers a request at its deadline although a longer one shares the computation', async () => {
    const { scorer, model } = aScorer();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const long = scorer.score([ID], aContext());
    await expect(scorer.score([ID], aContext({ deadlineInMs: 20 }))).rejects.toBeInstanceOf(
      OverloadedError,
    );
    gate.resolve();
    expect((await long).outcomes[0]?.status).toBe('ok');
  });

  it('answers without the store when it fails, and says so', async () => {
    const { scorer, store, metrics } = aScorer();
    store.failWith = new FeatureStoreUnavailableError('down');
    const { outcomes, persist } = await scorer.score([ID], aContext());
    persist();
    expect(outcomes[0]).toMatchObject({ status: 'ok', featureStore: 'unavailable' });
    expect(metrics.sum('FeatureStoreMisses')).toBe(0);
  });

  it('is refused before a read is paid for when the engine is full', async () => {
    const { scorer, model, source } = aScorer();
    model.refuseWith = new OverloadedError('full', { retryAfterSeconds: 2 });
    await expect(scorer.score([ID], aContext())).rejects.toBe(model.refuseWith);
    expect(source.asked).toEqual([]);
  });

  it('gives the reserved room back when the source fails', async () => {
    const { scorer, model, source } = aScorer();
    source.failWith = new TweetSourceFailedError('down');
    await expect(scorer.score([ID], aContext())).rejects.toBe(source.failWith);
    expect(model.held).toBe(0);
  });

  it('neither stores nor shows texts when told so', async () => {
    const { ask, store } = aScorer({ storeText: false, exposeText: false });
    expect(await ask()).toMatchObject({ text: null });
    expect(store.rows.get(ID)?.text).toBeNull();
  });

  it('shows the text of a miss that is not stored, and none on the hit', async () => {
    const { ask } = aScorer({ storeText: false });
    expect(await ask()).toMatchObject({ text: 'I love this phone', featureStore: 'miss' });
    expect(await ask()).toMatchObject({ text: null, featureStore: 'hit' });
  });

  it('measures the stages for every request that shares a computation', async () => {
    const { scorer } = aScorer();
    const contexts = [aContext(), aContext()];
    await Promise.all(contexts.map((context) => scorer.score([ID], context)));
    for (const { timings } of contexts) {
      expect([...timings.entries()].map(([stage]) => stage)).toEqual(['store', 'source']);
    }
  });
});

describe('TweetScorer.ingest', () => {
  it('has stored what it calls ok before it returns, in order', async () => {
    const { scorer, store } = aScorer();
    store.tombstones.add('3');
    const outcomes = await scorer.ingest(
      [
        aTweet({ id: '1' }),
        aTweet({ id: '2', text: ' ' }),
        aTweet({ id: '3' }),
        aTweet({ id: '1' }),
      ],
      aContext(),
    );
    expect(
      outcomes.map((outcome) => (outcome.status === 'ok' ? 'ok' : outcome.error.code)),
    ).toEqual(['ok', 'empty_text', 'tweet_not_found', 'ok']);
    expect([...store.rows.keys()]).toEqual(['1']);
  });

  it('fails when the store does: nothing is half-said', async () => {
    const { scorer, store } = aScorer();
    store.failWith = new FeatureStoreUnavailableError('down');
    await expect(scorer.ingest([aTweet()], aContext())).rejects.toBe(store.failWith);
  });
});

describe('the prediction log of a TweetScorer', () => {
  it('gets each scored tweet once, after the answer, and no tweet that was only read', async () => {
    const { scorer, predictionLog, pending, ask } = aScorer();
    const { persist } = await scorer.score([ID], aContext());
    expect(predictionLog.rows).toEqual([]);
    persist();
    persist();
    await pending.flush();
    await ask();
    expect(predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual([ID]);
  });

  it('gets a row that the store is too slow or too broken to take', async () => {
    const { scorer, store, predictionLog, pending } = aScorer({ maxPendingRows: 0 });
    store.failWith = new FeatureStoreUnavailableError('down');
    (await scorer.score([ID], aContext())).persist();
    await pending.flush();
    expect(predictionLog.rows).toHaveLength(1);
  });

  it('gets what ingest has stored', async () => {
    const { scorer, store, predictionLog } = aScorer();
    store.tombstones.add('2');
    await scorer.ingest([aTweet({ id: '1' }), aTweet({ id: '2' })], aContext());
    expect(predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual(['1']);
  });

  it('gets a tombstone for a purge, also of a tweet that has become unavailable', async () => {
    const { scorer, predictionLog, ask } = aScorer({
      source: new FakeSource({ '1': 'protected' }),
    });
    await ask('1');
    await scorer.purge('2');
    expect(predictionLog.purged).toEqual(['1', '2']);
  });

  it('makes a purge fail that it cannot record: nothing is half-said', async () => {
    const { scorer, store, predictionLog, logger, ask } = aScorer({ source: new FakeSource({}) });
    predictionLog.failWith = new FeatureStoreUnavailableError('not recorded');
    await expect(scorer.purge(ID)).rejects.toBe(predictionLog.failWith);
    await ask();
    expect(logger.lines).toMatchObject([
      { level: 'warn', fields: { tweetId: ID }, message: 'unavailable tweet not purged' },
    ]);
    expect(store.purged).toEqual([ID, ID]);
  });
});

describe('PendingStoreWork', () => {
  it('drops and counts rows beyond its bound, so that memory stays bounded', async () => {
    const { scorer, store, metrics, pending } = aScorer({
      maxPendingRows: 1,
      source: new FakeSource({ '1': aTweet({ id: '1' }), '2': aTweet({ id: '2' }) }),
    });
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    for (const id of ['1', '2']) (await scorer.score([id], aContext())).persist();
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(1);
    gate.resolve();
    await pending.flush();
    expect([...store.rows.keys()]).toEqual(['1']);
  });

  it('names a purge that failed in the log, so that it can be done again', async () => {
    const { scorer, store, logger, pending } = aScorer({
      source: new FakeSource({ [ID]: 'not_found' }),
    });
    store.failWith = new FeatureStoreUnavailableError('down');
    await scorer.score([ID], aContext());
    await pending.flush();
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { tweetId: ID } }]);
  });

  it('logs a lost write with a count, never with a text', async () => {
    const { scorer, store, logger, pending } = aScorer();
    const { persist } = await scorer.score([ID], aContext());
    store.failWith = new FeatureStoreUnavailableError('down');
    persist();
    await pending.flush();
    expect(logger.lines).toMatchObject([{ level: 'debug', fields: { rows: 1 } }]);
    expect(JSON.stringify(logger.lines)).not.toContain('love');
  });
});
