import { describe, expect, it, jest } from '@jest/globals';
import { Purge } from '../../../service/application/purge.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { aStoreWriter, FakePredictionLog, FakeStore } from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const AUTHOR = '2244994945';

async function aPurge() {
  const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
  const rows = ['1', '2'].map((tweetId) => aRow({ tweetId, authorId: AUTHOR, topics: ['#a'] }));
  await store.putTweets(rows.map((row) => ({ row, ttlSeconds: 60 })));
  return { ...aStoreWriter({ store, predictionLog }), store, predictionLog };
}

const NOTHING = { rows: 0, contributions: 0 };

describe('Purge', () => {
  it('removes a tweet and records its tombstone', async () => {
    const { purge, store, predictionLog } = await aPurge();
    expect(await purge.tweet('1')).toEqual({ rows: 1, contributions: 2 });
    expect([...store.rows.keys()]).toEqual(['2']);
    expect(predictionLog.purged).toEqual(['1']);
  });

  it.each([
    ['an id', { id: AUTHOR }],
    ['a username', { username: 'someone' }],
  ])('removes every tweet of a user named by %s and records each tombstone', async (_, user) => {
    const { purge, store, predictionLog } = await aPurge();
    expect(await purge.user(user)).toMatchObject({ userId: AUTHOR, rows: 2 });
    expect(store.rows.size).toBe(0);
    expect(predictionLog.purged.toSorted()).toEqual(['1', '2']);
  });

  it('removes every tweet of a topic and records each tombstone', async () => {
    const { purge, store, predictionLog } = await aPurge();
    expect((await purge.topic('#a')).rows).toBe(2);
    expect(store.rows.size).toBe(0);
    expect(predictionLog.purged.toSorted()).toEqual(['1', '2']);
  });

  it('reports zero for an unknown user and an unknown topic', async () => {
    const { purge, predictionLog } = await aPurge();
    expect(await purge.user({ username: 'unknown' })).toEqual({ userId: null, ...NOTHING });
    expect(await purge.topic('#unknown')).toEqual(NOTHING);
    expect(predictionLog.purged).toEqual([]);
  });

  it('fails if the tombstone is not recorded', async () => {
    const { purge, store, predictionLog } = await aPurge();
    predictionLog.failWith = new FeatureStoreUnavailableError('not recorded');
    await expect(purge.tweet('1')).rejects.toBe(predictionLog.failWith);
    await expect(purge.user({ id: AUTHOR })).rejects.toBe(predictionLog.failWith);
    // The commands that found the tweets find them again.
    expect([...store.rows.keys()]).toEqual(['1', '2']);
  });

  it.each<[string, (purge: Purge) => Promise<unknown>]>([
    ['its tweet', (purge) => purge.tweet('3')],
    ['the id of its author', (purge) => purge.user({ id: AUTHOR })],
    ['the name of its author', (purge) => purge.user({ username: 'SomeOne' })],
    ['its topic', (purge) => purge.topic('#b')],
  ])('removes and records a pending row, by %s, even if that fails', async (_, run) => {
    const { purge, pendingWrites, store, predictionLog } = await aPurge();
    const [row, other] = ['3', '4'].map((tweetId) => ({
      row: aRow({ tweetId, authorId: AUTHOR, topics: ['#a', '#b'] }),
      ttlSeconds: 60,
    }));
    const ofOthers = { authorId: '9', authorUsername: 'other', topics: ['#c'] };
    pendingWrites.add([row!, { ...other!, row: { ...other!.row, ...ofOthers } }]);
    store.failWith = new FeatureStoreUnavailableError('down');
    predictionLog.failWith = new FeatureStoreUnavailableError('full');
    await expect(run(purge)).rejects.toBe(predictionLog.failWith);
    predictionLog.failWith = undefined;
    await expect(run(purge)).rejects.toBe(store.failWith);
    expect(predictionLog.purged).toEqual(['3']);
    expect(pendingWrites.oldest(9).map(({ write }) => write.row.tweetId)).toEqual(['4']);
  });

  it.each<[string, (purge: Purge) => Promise<unknown>, 'purgeUser' | 'purgeTopic']>([
    ['user', (purge) => purge.user({ id: AUTHOR }), 'purgeUser'],
    ['username', (purge) => purge.user({ username: 'someone' }), 'purgeUser'],
    ['topic', (purge) => purge.topic('#a'), 'purgeTopic'],
  ])('leaves rows of a %s that are scored during the purge', async (_, run, method) => {
    const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
    const { pendingWrites } = aStoreWriter({ store, predictionLog });
    const START_MS = 1_800_000_000_000;
    let nowMs = START_MS;
    const score = () => {
      const row = aRow({
        tweetId: `${nowMs}`,
        authorId: AUTHOR,
        topics: ['#a'],
        createdTimestampMs: nowMs,
      });
      pendingWrites.add([{ row, ttlSeconds: 60 }]);
    };
    await store.putTweets([{ row: aRow({ authorId: AUTHOR, topics: ['#a'] }), ttlSeconds: 60 }]);
    score();
    predictionLog.recordPurges = async (ids) => {
      predictionLog.purged.push(...ids);
      if (predictionLog.purged.length > 9) throw new Error('the purge does not end');
      nowMs += 20;
      score();
    };
    const purgeStore = jest.spyOn(store, method);
    await run(new Purge({ store, predictionLog, pendingWrites, now: () => nowMs }));
    expect(purgeStore.mock.calls[0]?.[1]).toBe(START_MS);
    expect(predictionLog.purged[0]).toBe(`${START_MS}`);
    expect(pendingWrites.rows).toBeGreaterThan(0);
  });

  it('removes rows that were scored later than now by a clock that was set back', async () => {
    const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
    const { pendingWrites } = aStoreWriter({ store, predictionLog });
    const row = aRow({ tweetId: '1', authorId: AUTHOR, createdTimestampMs: 2 });
    pendingWrites.add([{ row, ttlSeconds: 60 }]);
    await new Purge({ store, predictionLog, pendingWrites, now: () => 1 }).user({ id: AUTHOR });
    expect([pendingWrites.rows, predictionLog.purged]).toEqual([0, ['1']]);
  });

  // The store has no tombstone for the author of a row without an author's id.
  it('removes rows that were scored before, and wait only since the purge has begun', async () => {
    const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
    const { pendingWrites } = aStoreWriter({ store, predictionLog });
    const row = { authorId: null, authorUsername: 'someone', createdTimestampMs: 1 };
    const wait = (tweetId: string) =>
      pendingWrites.add([{ row: aRow({ ...row, tweetId }), ttlSeconds: 60 }]);
    wait('1');
    predictionLog.recordPurges = async (ids) => {
      predictionLog.purged.push(...ids);
      if (predictionLog.purged.length === 1) wait('2');
    };
    await new Purge({ store, predictionLog, pendingWrites }).user({ username: 'someone' });
    expect(pendingWrites.rows).toBe(0);
    expect(predictionLog.purged).toEqual(['1', '2']);
  });
});
