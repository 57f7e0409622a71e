import { describe, expect, it } from '@jest/globals';
import { IngestTweets } from '../../../service/application/ingest-tweets.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import {
  aContext,
  aLanguageCheck,
  aStoreWriter,
  aTweet,
  FakeModel,
  FakePredictionLog,
  FakeStore,
} from '../../helpers/fakes.ts';

function aUseCase({ storeText = true, exposeText = true } = {}) {
  const [store, predictionLog, model] = [new FakeStore(), new FakePredictionLog(), new FakeModel()];
  const { storeWriter } = aStoreWriter({ store, predictionLog });
  const settings = { rowTtlSeconds: 60, storeText, exposeText, languages: aLanguageCheck() };
  return {
    store,
    predictionLog,
    model,
    useCase: new IngestTweets({ ...settings, storeWriter, model }),
  };
}

describe('IngestTweets', () => {
  it('stores tweets before it returns outcomes in their order', async () => {
    const { store, model, useCase } = aUseCase();
    store.tombstones.add('3');
    const outcomes = await useCase.ingest(
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
    expect(model.asked).toHaveLength(1);
  });

  it('neither stores nor logs a tweet for which the model gives NaN', async () => {
    const { store, predictionLog, useCase } = aUseCase();
    const [failed, scored] = await useCase.ingest(
      [aTweet({ id: '1', text: 'a banana #fruit' }), aTweet({ id: '2' })],
      aContext(),
    );
    expect(failed).toMatchObject({ status: 'error', error: { code: 'model_failed' } });
    expect(scored).toMatchObject({ status: 'ok' });
    expect([...store.rows.keys()]).toEqual(['2']);
    expect(predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual(['2']);
  });

  it('stores the language that the source tells, else the identified one', async () => {
    const { store, useCase } = aUseCase();
    const tweets = [
      aTweet({ id: '1', language: 'ja' }),
      aTweet({ id: '2', language: null, text: 'ein großer Spaß' }),
      aTweet({ id: '3', language: null, text: '12:30' }),
    ];
    await useCase.ingest(tweets, aContext());
    expect([...store.rows.values()]).toMatchObject([
      { language: 'ja', languageSupported: false },
      { language: 'de', languageSupported: false },
      { language: null, languageSupported: null },
    ]);
  });

  it('measures the write as the store phase', async () => {
    const context = aContext();
    await aUseCase().useCase.ingest([aTweet()], context);
    expect([...context.timings.entries()].map(([phase]) => phase)).toEqual(['store']);
  });

  it('neither stores nor shows texts if configured so', async () => {
    const { store, useCase } = aUseCase({ storeText: false, exposeText: false });
    expect(await useCase.ingest([aTweet()], aContext())).toMatchObject([{ text: null }]);
    expect([...store.rows.values()]).toMatchObject([{ text: null }]);
  });

  it('fails with the store', async () => {
    const { store, useCase } = aUseCase();
    store.failWith = new FeatureStoreUnavailableError('down');
    await expect(useCase.ingest([aTweet()], aContext())).rejects.toBe(store.failWith);
  });
});
