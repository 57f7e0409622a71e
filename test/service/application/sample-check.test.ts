import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SampleCheck } from '../../../service/application/sample-check.ts';
import { SAMPLE_ACCOUNTS } from '../../../service/contract/sample-accounts.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { FakeStore } from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const MINUTE_MS = 60_000;
let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const put = (store: FakeStore, authorId: string) =>
  store.putTweets([{ row: aRow({ tweetId: authorId, authorId }), ttlSeconds: 60 }]);

describe('the check for the invented sample', () => {
  it('finds a tweet of the last sample account, and none of real accounts', async () => {
    const store = new FakeStore();
    await put(store, '12');
    expect(await new SampleCheck(store).holdsSample()).toBe(false);
    await put(store, SAMPLE_ACCOUNTS.at(-1)!.id);
    expect(await new SampleCheck(store).holdsSample()).toBe(true);
  });

  it('gives a finding again for a while, then asks the store', async () => {
    const store = new FakeStore();
    const check = new SampleCheck(store);
    expect(await check.holdsSample()).toBe(false);
    await put(store, SAMPLE_ACCOUNTS[0].id);
    expect(await check.holdsSample()).toBe(false);
    nowMs += MINUTE_MS;
    expect(await check.holdsSample()).toBe(true);
  });

  it('finds nothing out from a store that fails', async () => {
    const store = new FakeStore();
    store.failWith = new FeatureStoreUnavailableError('down');
    expect(await new SampleCheck(store).holdsSample()).toBeNull();
  });
});
