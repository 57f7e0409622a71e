import { describe, expect, it, jest } from '@jest/globals';
import { ScoreTweets } from '../../../service/application/score-tweets.ts';
import type { TweetOutcome } from '../../../service/application/tweet-outcome.ts';
import {
  AbandonedError,
  DeadlineExceededError,
  FeatureStoreUnavailableError,
  OverloadedError,
  TweetSourceFailedError,
} from '../../../service/domain/errors.ts';
import type { Prediction } from '../../../service/domain/sentiment.ts';
import {
  aContext,
  aLanguageCheck,
  aStoreWriter,
  aTweet,
  FakeModel,
  FakePredictionLog,
  FakeSource,
  FakeStore,
  RecordedLog,
  RecordedMetrics,
} from '../../helpers/fakes.ts';

const ID = '1460323737035677698';

function aUseCase(
  options: {
    source?: FakeSource;
    model?: FakeModel;
    storeText?: boolean;
    exposeText?: boolean;
    unsupportedLanguage?: 'score' | 'refuse';
  } = {},
) {
  const store = new FakeStore();
  const model = options.model ?? new FakeModel();
  const source = options.source ?? new FakeSource({ [ID]: aTweet() });
  const [metrics, logger] = [new RecordedMetrics(), new RecordedLog()];
  const predictionLog = new FakePredictionLog();
  const { storeWriter } = aStoreWriter({ store, predictionLog, metrics, logger });
  const useCase = new ScoreTweets({
    store,
    storeWriter,
    source,
    model,
    metrics,
    logger,
    languages: aLanguageCheck(),
    unsupportedLanguage: options.unsupportedLanguage ?? 'score',
    rowTtlSeconds: 5_184_000,
    storeText: options.storeText ?? true,
    exposeText: options.exposeText ?? true,
  });
  /** Scores a tweet and waits for the write. */
  const score = async (id = ID): Promise<TweetOutcome> => {
    const [outcome] = await useCase.score([id], aContext());
    await storeWriter.flush();
    return outcome!;
  };
  return { useCase, store, predictionLog, model, source, metrics, logger, storeWriter, score };
}

describe('ScoreTweets', () => {
  it('answers an unknown tweet from the source and the model, as a miss', async () => {
    const { score, metrics } = aUseCase();
    expect(await score()).toMatchObject({
      status: 'ok',
      featureStore: 'miss',
      text: 'I love this phone',
      row: { tweetId: ID, label: 'positive', model: { revision: '0123456789ab' } },
    });
    expect([metrics.sum('FeatureStoreHits'), metrics.sum('FeatureStoreMisses')]).toEqual([0, 1]);
  });

  it('answers a stored tweet as a hit with the same scores, without the source', async () => {
    const { score, source, model, metrics } = aUseCase();
    const miss = await score();
    const hit = await score();
    expect(hit).toEqual({ ...miss, featureStore: 'hit', tokens: null });
    expect([source.asked.length, model.asked.length]).toEqual([1, 1]);
    expect(metrics.sum('FeatureStoreHits')).toBe(1);
  });

  it('answers a stored tweet without asking for the signal of its client', async () => {
    const { score, useCase } = aUseCase();
    await score();
    const { deadline, timings } = aContext();
    const context = {
      deadline,
      timings,
      get signal(): AbortSignal {
        throw new Error('a stored tweet needs no signal');
      },
    };
    expect(await useCase.score([ID], context)).toMatchObject([{ featureStore: 'hit' }]);
    expect([...timings.entries()].map(([phase]) => phase)).toEqual(['store']);
  });

  it.each([
    ['what the engine takes', 10, 2_000],
    ['half of the time at most', 1_000, 5_000],
  ])('leaves the scoring of a read %s', async (_, msPerText, keptMs) => {
    const { useCase, source, model } = aUseCase();
    model.msPerText = msPerText;
    jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const ids = Array.from({ length: 200 }, (__, index) => `${1_000 + index}`);
    await useCase.score(ids, aContext({ deadlineInMs: 10_000 }));
    expect(source.deadlines.map(({ atMs }) => atMs)).toEqual([11_000 - keptMs]);
    jest.restoreAllMocks();
  });

  it('answers stored tweets beside the computation of others', async () => {
    const source = new FakeSource({ [ID]: aTweet(), 7: aTweet({ id: '7' }) });
    const { score, useCase, model, store } = aUseCase({ source });
    await score();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const computing = useCase.score(['7'], aContext());
    await new Promise((resolve) => setImmediate(resolve));
    expect(await useCase.score([ID], aContext())).toMatchObject([{ featureStore: 'hit' }]);
    const both = useCase.score([ID, '7', ID], aContext());
    store.failWith = new FeatureStoreUnavailableError('down');
    const joined = useCase.score(['7'], aContext());
    gate.resolve();
    expect(await both).toMatchObject([
      { featureStore: 'hit' },
      { featureStore: 'miss', row: { tweetId: '7' } },
      { featureStore: 'hit' },
    ]);
    expect(await joined).toEqual(await computing);
    expect(source.asked).toEqual([[ID], ['7']]);
  });

  it('joins a computation that ends while the store is read for other tweets', async () => {
    const source = new FakeSource({ [ID]: aTweet(), 7: aTweet({ id: '7' }) });
    const { score, useCase, model, store } = aUseCase({ source });
    await score();
    const [scored, read] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    model.gate = scored.promise;
    const computing = useCase.score(['7'], aContext());
    await new Promise((resolve) => setImmediate(resolve));
    const rows = await store.getTweets([ID]);
    store.getTweets = () => read.promise.then(() => rows);
    const both = useCase.score([ID, '7'], aContext());
    scored.resolve();
    await computing;
    read.resolve();
    expect(await both).toMatchObject([
      { featureStore: 'hit' },
      { featureStore: 'miss', row: { tweetId: '7' } },
    ]);
    expect(source.asked).toEqual([[ID], ['7']]);
  });

  it('reads and scores nothing for a client that left during the read of the store', async () => {
    const { useCase, source } = aUseCase();
    const client = new AbortController();
    const left = useCase.score([ID], aContext({ signal: client.signal }));
    client.abort(new AbandonedError('left'));
    await expect(left).rejects.toBeInstanceOf(AbandonedError);
    expect(source.asked).toEqual([]);
  });

  it('reads and scores nothing after a deadline that passed during the read of the store', async () => {
    const { useCase, source } = aUseCase();
    const late = useCase.score([ID], aContext({ deadlineInMs: 0 }));
    await expect(late).rejects.toBeInstanceOf(DeadlineExceededError);
    expect(source.asked).toEqual([]);
  });

  it('never answers a purged tweet, or one scored again, from before', async () => {
    const { score, store, model } = aUseCase();
    const first = await score();
    expect(await score()).toMatchObject({ featureStore: 'hit' });
    const row = store.rows.get(ID)!;
    store.rows.set(ID, { ...row, label: 'negative', createdTimestampMs: 1 });
    expect(await score()).toMatchObject({ row: { label: 'negative', createdTimestampMs: 1 } });
    await store.purgeTweet(ID);
    expect(await score()).toMatchObject({ featureStore: 'miss', text: 'I love this phone' });
    expect([first.status, model.asked.length]).toEqual(['ok', 2]);
  });

  it('marks a tweet in a language that the model does not read', async () => {
    const source = new FakeSource({ [ID]: aTweet({ language: 'ja' }) });
    const { score } = aUseCase({ source });
    const marked = { row: { language: 'ja', languageSupported: false } };
    expect([await score(), await score()]).toMatchObject([marked, marked]);
  });

  it.each(['score', 'refuse'] as const)(
    'judges a stored tweet by the languages that the model has now (%s)',
    async (unsupportedLanguage) => {
      const source = new FakeSource({ [ID]: aTweet({ language: 'ja' }) });
      const model = new FakeModel();
      const { score } = aUseCase({ source, model, unsupportedLanguage });
      await score();
      model.languages = ['en', 'ja'];
      expect(await score()).toMatchObject({
        featureStore: 'hit',
        row: { language: 'ja', languageSupported: true },
      });
      expect(source.asked).toHaveLength(1);
    },
  );

  it('answers a tweet that is judged again with one row, beside which its answer is kept', async () => {
    const model = new FakeModel();
    const source = new FakeSource({ [ID]: aTweet({ language: 'ja' }) });
    const { score } = aUseCase({ source, model });
    await score();
    model.languages = ['en', 'ja'];
    const rows = [await score(), await score()].map((hit) => hit.status === 'ok' && hit.row);
    expect(rows[1]).toBe(rows[0]);
  });

  it('refuses such a tweet where configured so, and reads it from the source once', async () => {
    const source = new FakeSource({ [ID]: aTweet({ language: 'ja' }) });
    const { score, store } = aUseCase({ source, unsupportedLanguage: 'refuse' });
    const refused = { status: 'error', error: { code: 'unsupported_language' } };
    expect([await score(), await score()]).toMatchObject([refused, refused]);
    expect(source.asked).toHaveLength(1);
    expect(store.rows.size).toBe(1);
  });

  it('writes the row and its prediction record only after it has returned the outcome', async () => {
    const { useCase, store, predictionLog, storeWriter } = aUseCase();
    await useCase.score([ID], aContext());
    expect([store.writes, predictionLog.rows]).toEqual([[], []]);
    await storeWriter.flush();
    expect([store.writes.length, predictionLog.rows.length]).toEqual([1, 1]);
  });

  it('records no prediction for a hit', async () => {
    const { score, predictionLog } = aUseCase();
    await score();
    await score();
    expect(predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual([ID]);
  });

  it('stores a row for 60 days, but for 5 minutes while the tweet may be edited', async () => {
    const editable = aTweet({ id: '2', editableUntilMs: 4_000_000_000_000 });
    const edited = aTweet({ id: '3', editableUntilMs: 1_000_000_000_000 });
    const { score, store } = aUseCase({
      source: new FakeSource({ '1': aTweet({ id: '1' }), '2': editable, '3': edited }),
    });
    for (const id of ['1', '2', '3']) await score(id);
    expect(store.writes.flat().map((write) => write.ttlSeconds)).toEqual([
      5_184_000, 300, 5_184_000,
    ]);
  });

  it('answers a batch in order, with one call to the source and one to the model', async () => {
    const source = new FakeSource({
      '1': aTweet({ id: '1', text: 'one' }),
      '3': aTweet({ id: '3', text: ' ' }),
      '4': 'protected',
      '5': 'withheld',
    });
    const { useCase, model } = aUseCase({ source });
    const outcomes = await useCase.score(['3', '1', '2', '1', '4', '5'], aContext());
    expect(
      outcomes.map((outcome) =>
        outcome.status === 'ok' ? outcome.row.tweetId : outcome.error.code,
      ),
    ).toEqual(['empty_text', '1', 'tweet_not_found', '1', 'tweet_protected', 'tweet_withheld']);
    expect(source.asked).toEqual([['3', '1', '2', '4', '5']]);
    expect(model.asked).toEqual([[' ', 'one']]);
  });

  it.each(['not_found', 'protected', 'withheld'] as const)(
    'purges a tweet that is %s',
    async (reason) => {
      const { score, store, predictionLog } = aUseCase({
        source: new FakeSource({ [ID]: reason }),
      });
      await score();
      expect([store.purged, predictionLog.purged]).toEqual([[ID], [ID]]);
    },
  );

  it('keeps the failure of one tweet from the others of its call, and purges nothing for it', async () => {
    const failure = new TweetSourceFailedError('took too long');
    const source = new FakeSource({ [ID]: aTweet(), 20: failure });
    const { useCase, store, storeWriter } = aUseCase({ source });
    const outcomes = await useCase.score(['20', ID], aContext());
    expect(outcomes).toMatchObject([{ status: 'error', error: failure }, { status: 'ok' }]);
    await storeWriter.flush();
    expect(store.purged).toEqual([]);
  });

  it('computes and writes a tweet once for a hundred concurrent requests', async () => {
    const { useCase, source, model, store, storeWriter } = aUseCase();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const all = Array.from({ length: 100 }, () => useCase.score([ID], aContext()));
    gate.resolve();
    for (const [outcome] of await Promise.all(all)) expect(outcome?.status).toBe('ok');
    await storeWriter.flush();
    expect([source.asked.length, model.asked.length, store.writes.length]).toEqual([1, 1, 1]);
  });

  it('continues for other requests when the first client leaves', async () => {
    const { useCase, model } = aUseCase();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const client = new AbortController();
    const first = useCase.score([ID], aContext({ signal: client.signal }));
    const second = useCase.score([ID], aContext());
    client.abort(new AbandonedError('left'));
    await expect(first).rejects.toBeInstanceOf(AbandonedError);
    gate.resolve();
    expect((await second)[0]?.status).toBe('ok');
  });

  it('stops when every client has left, and starts again for the next request', async () => {
    const { useCase, model, score } = aUseCase();
    model.gate = new Promise(() => undefined);
    const client = new AbortController();
    const only = useCase.score([ID], aContext({ signal: client.signal }));
    await Promise.resolve();
    client.abort(new AbandonedError('left'));
    await expect(only).rejects.toBeInstanceOf(AbandonedError);
    model.gate = undefined;
    expect((await score()).status).toBe('ok');
    expect(model.held).toBe(0);
  });

  it('fails a request at its deadline although a longer request shares the computation', async () => {
    const { useCase, model } = aUseCase();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const long = useCase.score([ID], aContext());
    await expect(useCase.score([ID], aContext({ deadlineInMs: 20 }))).rejects.toBeInstanceOf(
      DeadlineExceededError,
    );
    gate.resolve();
    expect((await long)[0]?.status).toBe('ok');
  });

  it('answers a request that joins a read longer than its deadline as a failure of the source', async () => {
    const source = new FakeSource({ [ID]: aTweet(), 7: aTweet({ id: '7' }) });
    const { useCase, score } = aUseCase({ source });
    await score('7');
    const gate = Promise.withResolvers<void>();
    source.gate = gate.promise;
    const long = useCase.score([ID], aContext());
    await new Promise((resolve) => setImmediate(resolve));
    // On a clock that stands still, the deadline does not pass before the read of the store.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(5_000);
    const joined = await useCase.score([ID, '7'], aContext({ deadlineInMs: 20 }));
    clock.mockRestore();
    expect(joined).toMatchObject([
      { error: { code: 'tweet_source_failed', message: expect.stringContaining(ID) } },
      { featureStore: 'hit' },
    ]);
    gate.resolve();
    expect((await long)[0]?.status).toBe('ok');
  });

  it('stores and records a score although every client has left', async () => {
    const gate = Promise.withResolvers<void>();
    const { useCase, model, store, predictionLog, storeWriter } = aUseCase({
      model: new (class extends FakeModel {
        override async predict(texts: readonly string[]): Promise<(Prediction | null)[]> {
          await gate.promise;
          return super.predict(texts, aContext());
        }
      })(),
    });
    const client = new AbortController();
    const only = useCase.score([ID], aContext({ signal: client.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    client.abort(new AbandonedError('left'));
    await expect(only).rejects.toBeInstanceOf(AbandonedError);
    gate.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    await storeWriter.flush();
    expect([store.writes.length, predictionLog.rows.length, model.held]).toEqual([1, 1, 0]);
  });

  it('answers without a failed store, as unavailable', async () => {
    const { score, store, metrics, predictionLog } = aUseCase();
    store.failWith = new FeatureStoreUnavailableError('down');
    expect(await score()).toMatchObject({ status: 'ok', featureStore: 'unavailable' });
    expect(metrics.sum('FeatureStoreMisses')).toBe(0);
    expect(predictionLog.rows).toHaveLength(1);
  });

  it('is rejected by a full engine before the paid read', async () => {
    const { useCase, model, source } = aUseCase();
    model.refuseWith = new OverloadedError('full', { retryAfterSeconds: 2 });
    expect(await useCase.score([ID], aContext())).toEqual([
      { status: 'error', error: model.refuseWith },
    ]);
    expect(source.asked).toEqual([]);
  });

  it('releases the reservation when the source fails', async () => {
    const { useCase, model, source } = aUseCase();
    source.failWith = new TweetSourceFailedError('down');
    expect(await useCase.score([ID], aContext())).toEqual([
      { status: 'error', error: source.failWith },
    ]);
    expect(model.held).toBe(0);
  });

  it('answers the stored tweets of a call although the others cannot be read', async () => {
    const { useCase, score, source } = aUseCase();
    await score();
    source.failWith = new TweetSourceFailedError('down');
    expect(await useCase.score(['8', ID, '9'], aContext())).toMatchObject([
      { status: 'error', error: source.failWith },
      { status: 'ok', featureStore: 'hit' },
      { status: 'error', error: source.failWith },
    ]);
  });

  it('answers the stored tweets of a call although the engine is full', async () => {
    const { useCase, score, model } = aUseCase();
    await score();
    model.refuseWith = new OverloadedError('full', { retryAfterSeconds: 2 });
    expect(await useCase.score([ID, '8'], aContext())).toMatchObject([
      { status: 'ok', featureStore: 'hit' },
      { status: 'error', error: model.refuseWith },
    ]);
  });

  it('neither stores nor shows texts if configured so', async () => {
    const { score, store } = aUseCase({ storeText: false, exposeText: false });
    expect(await score()).toMatchObject({ text: null });
    expect(store.rows.get(ID)?.text).toBeNull();
  });

  it('shows a text that is not stored only on the miss', async () => {
    const { score } = aUseCase({ storeText: false });
    expect(await score()).toMatchObject({ text: 'I love this phone', featureStore: 'miss' });
    expect(await score()).toMatchObject({ text: null, featureStore: 'hit' });
  });

  it('measures the phases of a shared computation for each of its requests', async () => {
    const { useCase } = aUseCase();
    const contexts = [aContext(), aContext()];
    await Promise.all(contexts.map((context) => useCase.score([ID], context)));
    for (const { timings } of contexts) {
      expect([...timings.entries()].map(([phase]) => phase)).toEqual(['store', 'source']);
    }
  });
});
