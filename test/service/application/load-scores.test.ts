import { describe, expect, it } from '@jest/globals';
import { IngestTweets } from '../../../service/application/ingest-tweets.ts';
import { type LoadedScore, LoadScores } from '../../../service/application/load-scores.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { MemoryFeatureStore } from '../../../service/feature-store/memory/memory-feature-store.ts';
import {
  aContext,
  aLanguageCheck,
  aStoreWriter,
  aTweet,
  FakeModel,
  FakePredictionLog,
} from '../../helpers/fakes.ts';

/** Later than any run of the tests, whose rows are scored by the clock. */
const NOW_MS = Date.UTC(2100, 0);
const DAY_RANGE = { from: 0, to: 30_000 };
const SETTINGS = { rowTtlSeconds: 3_600, exposeText: true, languages: aLanguageCheck() };

function aStore({ storeText = true } = {}) {
  const [predictionLog, model] = [new FakePredictionLog(), new FakeModel()];
  const store = new MemoryFeatureStore({ identity: model.identity, maxRows: 1_000 });
  const { storeWriter, purge } = aStoreWriter({ store, predictionLog });
  const settings = { ...SETTINGS, storeText, modelLanguages: ['en'] };
  const useCase = new LoadScores({ ...settings, storeWriter, now: () => NOW_MS });
  return {
    store,
    predictionLog,
    purge,
    ingest: new IngestTweets({ ...settings, storeWriter, model }),
    load: (...scores: Partial<LoadedScore>[]) => useCase.load(scores.map(aScore)),
  };
}

function aScore(overrides: Partial<LoadedScore>): LoadedScore {
  return {
    tweet: aTweet(),
    scores: { negative: 0.05, neutral: 0.05, positive: 0.9 },
    truncated: false,
    language: { language: 'en', languageSupported: true },
    identity: new FakeModel().identity,
    scoredAtMs: 5,
    ...overrides,
  };
}

async function seen(store: MemoryFeatureStore) {
  return {
    rows: await store.getTweets(['1', '2', '3']),
    users: await store.mostActiveUsers(10),
    topics: await store.mostActiveTopics(10),
    user: await store.userBuckets('7', DAY_RANGE),
    name: await store.findUser('Ann'),
  };
}

describe('LoadScores', () => {
  it('leaves what ingest of the same tweets leaves, however often it is repeated', async () => {
    const [online, loaded] = [aStore(), aStore()];
    const tweets = [
      aTweet({ id: '1', authorId: '7', authorUsername: 'Ann', topics: ['#a', 'plain'] }),
      aTweet({ id: '2', authorId: '7', authorUsername: 'Ann', language: 'de' }),
      aTweet({ id: '3', authorId: null, authorUsername: null, createdAtMs: 86_400_000 }),
    ];
    await online.ingest.ingest(tweets, aContext());
    const scores = online.predictionLog.rows.map((row, index) => ({
      tweet: tweets[index] ?? aTweet(),
      scores: row.scores,
      language: { language: row.language, languageSupported: row.languageSupported },
      scoredAtMs: row.createdTimestampMs,
    }));
    for (let run = 0; run < 2; run++) {
      expect(await loaded.load(...scores)).toEqual([null, null, null]);
      expect(await seen(loaded.store)).toEqual(await seen(online.store));
    }
    expect(loaded.predictionLog.rows.slice(0, 3)).toEqual(online.predictionLog.rows);
  });

  it('keeps the score that is newer than the loaded one', async () => {
    const { store, load } = aStore();
    const negative = { negative: 0.9, neutral: 0.05, positive: 0.05 };
    await load({ scoredAtMs: 6 });
    await load({ scoredAtMs: 5, scores: negative });
    expect(await store.getTweets([aTweet().id])).toMatchObject([{ label: 'positive' }]);
    await load({ scoredAtMs: 7, scores: negative });
    expect(await store.getTweets([aTweet().id])).toMatchObject([{ label: 'negative' }]);
  });

  it('stores rows of another revision under it: they count, but do not answer requests', async () => {
    const { store, predictionLog, load } = aStore();
    const identity = { name: 'next', revision: 'ba9876543210', preprocessingVersion: 2 };
    expect(await load({ identity })).toEqual([null]);
    expect(await store.getTweets([aTweet().id])).toEqual([null]);
    expect(await store.mostActiveUsers(1)).toMatchObject([{ counts: { positive: 1 } }]);
    expect(predictionLog.rows).toMatchObject([
      { model: { name: 'next', revision: 'ba9876543210' }, preprocessingVersion: 2 },
    ]);
  });

  it.each([
    ['de', 'en', { language: 'de', languageSupported: false }],
    ['en', null, { language: 'en', languageSupported: true }],
    ['en', 'de', { language: 'en', languageSupported: true }],
    [null, 'de', { language: 'de', languageSupported: false }],
  ])(
    'takes the language that the source tells (%j) before that of the scores (%j)',
    async (...given) => {
      const [told, scored, stored] = given;
      const { store, load } = aStore();
      await load({
        tweet: aTweet({ language: told }),
        language: { language: scored, languageSupported: scored === null ? null : scored === 'en' },
      });
      expect(await store.getTweets([aTweet().id])).toMatchObject([stored]);
    },
  );

  it('judges a language of which the scores do not say whether their model reads it', async () => {
    const { store, load } = aStore();
    await load({
      tweet: aTweet({ language: null }),
      language: { language: 'de', languageSupported: null },
    });
    expect(await store.getTweets([aTweet().id])).toMatchObject([{ languageSupported: false }]);
  });

  it('keeps what the model of the scores reads where the source tells the same language', async () => {
    const { store, load } = aStore();
    const language = { language: 'de', languageSupported: true };
    await load({ tweet: aTweet({ language: 'de' }), language });
    expect(await store.getTweets([aTweet().id])).toMatchObject([{ languageSupported: true }]);
  });

  it('stores no text where there is none, or where the configuration excludes texts', async () => {
    const [kept, excluded] = [aStore(), aStore({ storeText: false })];
    await kept.load({ tweet: aTweet({ text: '' }) });
    await excluded.load({});
    for (const { store } of [kept, excluded]) {
      expect(await store.getTweets([aTweet().id])).toMatchObject([{ text: null }]);
    }
  });

  it('refuses scores that do not sum to 1, times ahead, no times and tweets that were purged, one by one', async () => {
    const { store, purge, load } = aStore();
    await purge.tweet('3');
    const outcomes = await load(
      { tweet: aTweet({ id: '1' }), scores: { negative: 0.5, neutral: 0.5, positive: 0.5 } },
      { tweet: aTweet({ id: '2' }), scoredAtMs: NOW_MS + 3_600_000 },
      { tweet: aTweet({ id: '3' }) },
      { tweet: aTweet({ id: '4' }) },
      { tweet: aTweet({ id: '5' }), scoredAtMs: Date.parse('0001-01-01T00:00:00Z') },
      { tweet: aTweet({ id: '6' }), scoredAtMs: 0 },
    );
    expect(outcomes.map((error) => error?.code ?? null)).toEqual([
      'invalid_request',
      'invalid_request',
      'tweet_not_found',
      null,
      'invalid_request',
      'invalid_request',
    ]);
    expect((await store.listTweets('0')).tweetIds).toEqual(['4']);
  });

  it('fails if the store does not answer, so that the call is repeated', async () => {
    const { store, load } = aStore();
    store.putTweets = async () => {
      throw new FeatureStoreUnavailableError('away');
    };
    await expect(load({})).rejects.toThrow('away');
  });
});
