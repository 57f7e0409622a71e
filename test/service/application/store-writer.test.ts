import { describe, expect, it } from '@jest/globals';
import { Purge } from '../../../service/application/purge.ts';
import { StoreWriter } from '../../../service/application/store-writer.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { FakePredictionLog, FakeStore, RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

function aWriter({ maxPendingRows = 1_000 } = {}) {
  const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
  const [metrics, logger] = [new RecordedMetrics(), new RecordedLog()];
  const purge = new Purge({ store, predictionLog });
  const writer = new StoreWriter({
    store,
    predictionLog,
    purge,
    metrics,
    logger,
    maxPendingRows,
  });
  const logged = () => predictionLog.rows.map(({ tweetId }) => tweetId);
  return { writer, store, predictionLog, metrics, logger, logged };
}

const writesOf = (...ids: string[]) =>
  ids.map((tweetId) => ({ row: aRow({ tweetId }), ttlSeconds: 60 }));

describe('StoreWriter.write', () => {
  it('writes and logs rows after all pending promises, but before the next event', async () => {
    const { writer, store, logged } = aWriter();
    const events: string[] = [];
    const putTweets = store.putTweets.bind(store);
    store.putTweets = (writes) => {
      events.push('write');
      return putTweets(writes);
    };
    const nextEvent = new Promise<void>((resolve) => {
      setImmediate(() => {
        events.push('next event');
        resolve();
      });
    });
    writer.write(writesOf('1', '2'));
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect([store.writes.length, logged()]).toEqual([0, []]);
    await writer.flush();
    expect([[...store.rows.keys()], logged()]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
    await nextEvent;
    expect(events).toEqual(['write', 'next event']);
  });

  it('does not log a row that the store rejects after a purge', async () => {
    const { writer, store, logged } = aWriter();
    store.tombstones.add('2');
    writer.write(writesOf('1', '2'));
    await writer.flush();
    expect(logged()).toEqual(['1']);
  });

  it('logs a row that the store cannot hold: its score was answered', async () => {
    const { writer, store, logged } = aWriter();
    store.rejects.add('2');
    writer.write(writesOf('1', '2'));
    await writer.flush();
    expect(logged()).toEqual(['1', '2']);
  });

  it('logs rows that the store fails to write, and reports their number without texts', async () => {
    const { writer, store, logger, logged } = aWriter();
    store.failWith = new FeatureStoreUnavailableError('down');
    writer.write(writesOf('1'));
    await writer.flush();
    expect(logged()).toEqual(['1']);
    expect(logger.lines).toMatchObject([{ level: 'debug', fields: { rows: 1 } }]);
    expect(JSON.stringify(logger.lines)).not.toContain(aRow().text);
  });

  it('drops, counts and logs rows beyond its limit', async () => {
    const { writer, store, metrics, logged } = aWriter({ maxPendingRows: 1 });
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    writer.write(writesOf('1'));
    writer.write(writesOf('2'));
    gate.resolve();
    await writer.flush();
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(1);
    expect([...store.rows.keys()]).toEqual(['1']);
    expect(logged().toSorted()).toEqual(['1', '2']);
  });

  it('has room again after a failed write', async () => {
    const { writer, store, metrics } = aWriter({ maxPendingRows: 1 });
    store.failWith = new FeatureStoreUnavailableError('down');
    writer.write(writesOf('1'));
    await writer.flush();
    store.failWith = undefined;
    writer.write(writesOf('2'));
    await writer.flush();
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(0);
    expect([...store.rows.keys()]).toEqual(['2']);
  });
});

describe('StoreWriter.writeNow', () => {
  it('returns the tweets that are not stored, and logs the others', async () => {
    const { writer, store, logger, logged } = aWriter();
    store.tombstones.add('2');
    store.rejects.add('3');
    const notStored = await writer.writeNow(writesOf('1', '2', '3', '4'));
    expect([...notStored]).toEqual([
      ['2', { status: 'error', error: expect.objectContaining({ code: 'tweet_not_found' }) }],
      ['3', { status: 'error', error: expect.objectContaining({ code: 'internal' }) }],
    ]);
    expect(logged()).toEqual(['1', '4']);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { rows: 1 } }]);
  });

  it('fails with the store, without logging', async () => {
    const { writer, store, logged } = aWriter();
    store.failWith = new FeatureStoreUnavailableError('down');
    await expect(writer.writeNow(writesOf('1'))).rejects.toBe(store.failWith);
    expect(logged()).toEqual([]);
  });
});

describe('StoreWriter.purge', () => {
  it('purges a tweet in the background', async () => {
    const { writer, store, predictionLog } = aWriter();
    writer.purge('1');
    await writer.flush();
    expect([store.purged, predictionLog.purged]).toEqual([['1'], ['1']]);
  });

  it.each(['store', 'predictionLog'] as const)(
    'names a tweet in the log that it cannot purge because of the %s',
    async (part) => {
      const { writer, logger, ...parts } = aWriter();
      parts[part].failWith = new FeatureStoreUnavailableError('down');
      writer.purge('1');
      await writer.flush();
      expect(logger.lines).toMatchObject([
        { level: 'warn', fields: { tweetId: '1' }, message: 'unavailable tweet not purged' },
      ]);
    },
  );
});
