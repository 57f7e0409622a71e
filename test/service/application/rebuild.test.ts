import { describe, expect, it } from '@jest/globals';
import { Rebuild } from '../../../service/application/rebuild.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { aStoreWriter, FakePredictionLog, FakeStore } from '../../helpers/fakes.ts';

function aRebuild() {
  const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
  const { purge } = aStoreWriter({ store, predictionLog });
  return { rebuild: new Rebuild({ store, purge }), store, predictionLog };
}

describe('Rebuild', () => {
  it('purges again the tweets that an earlier purge missed, in the prediction log too', async () => {
    const { rebuild, store, predictionLog } = aRebuild();
    store.missed.push('1', '2');
    expect(await rebuild.page('t0', false)).toMatchObject({ purged: ['1', '2'], nextCursor: null });
    expect([store.purged, predictionLog.purged]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('purges nothing in a dry run', async () => {
    const { rebuild, store, predictionLog } = aRebuild();
    store.missed.push('1');
    expect(await rebuild.page('t0', true)).toMatchObject({ purged: ['1'] });
    expect([store.purged, predictionLog.purged]).toEqual([[], []]);
  });

  it('fails if the store or the prediction log does not answer, so that the page is repeated', async () => {
    const { rebuild, store, predictionLog } = aRebuild();
    store.missed.push('1');
    predictionLog.failWith = new FeatureStoreUnavailableError('away');
    await expect(rebuild.page('t0', false)).rejects.toThrow('away');
    store.failWith = new FeatureStoreUnavailableError('away too');
    await expect(rebuild.page('t0', false)).rejects.toThrow('away too');
  });
});
