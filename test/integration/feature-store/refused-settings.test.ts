import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { FeatureStoreUnavailableError, StartupError } from '../../../service/domain/errors.ts';
import type {
  RedisFeatureStore,
  RedisFeatureStoreOptions,
} from '../../../service/feature-store/redis/redis-feature-store.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { eventually } from '../../helpers/eventually.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { anId, aRow, IDENTITY } from '../../port-suites/feature-store-contract.ts';

let server: RedisServer;
let admin: Redis;
let keyPrefix: string;
const opened: RedisFeatureStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  admin = new Redis(server.url);
});
beforeEach(() => {
  keyPrefix = `${randomUUID()}:`;
});
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

async function openStore(options: Partial<RedisFeatureStoreOptions>) {
  const logger = new RecordedLog();
  const store = await connectedStore({
    url: server.url,
    keyPrefix,
    identity: IDENTITY,
    metrics: new RecordedMetrics(),
    logger,
    ...options,
  });
  opened.push(store);
  return { store, logger };
}

/** Repeats work until it succeeds; the test's time limit bounds it. */
async function untilItSucceeds(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch {
      await new Promise(setImmediate);
    }
  }
}

describe('a store on a server that refuses its setting', () => {
  it.each(['/16', '/99'])(
    'does not start with database %s, which the server lacks',
    async (path) => {
      const message = `REDIS_URL names database ${path.slice(1)}, which the server refuses`;
      const opening = openStore({ url: server.url + path });
      await expect(opening).rejects.toThrow(StartupError);
      await expect(openStore({ url: server.url + path })).rejects.toThrow(message);
      expect(await admin.keys(`${keyPrefix}*`)).toEqual([]);
    },
  );

  it('does not start with a database that its user may not select', async () => {
    const username = `user-${randomUUID()}`;
    await admin.call('ACL', 'SETUSER', username, 'on', '>secret', '~*', '+@all', '-select');
    const url = `${server.url}/1`;
    const opening = openStore({ url, username, password: 'secret' });
    await expect(opening).rejects.toThrow(/database 1, .*NOPERM.* and a user with \+select\.$/);
  });

  it('is unavailable while the server refuses its database, and never writes to database 0', async () => {
    const username = `user-${randomUUID()}`;
    const acl = (...rules: string[]) => admin.call('ACL', 'SETUSER', username, ...rules);
    await acl('on', '>secret', '~*', '+@all');
    const other = await openStore({ url: `${server.url}/1`, username, password: 'secret' });
    const put = () => other.store.putTweets([{ row: aRow({ tweetId: anId() }), ttlSeconds: 60 }]);
    expect(await put()).toEqual([true]);
    await acl('-select');
    await admin.call('CLIENT', 'KILL', 'USER', username);
    // The connection is tried again and refused while these writes run.
    for (let writes = 0; writes < 50 || other.logger.lines.length === 0; writes++) {
      await expect(put()).rejects.toThrow(FeatureStoreUnavailableError);
      await new Promise(setImmediate);
    }
    expect(await admin.keys(`${keyPrefix}*`)).toEqual([]);
    expect(other.logger.lines.map(({ message }) => message)).toEqual([
      'no connection to Redis; check REDIS_URL and the server, trying again',
    ]);
    await acl('+select');
    await untilItSucceeds(put);
  });

  it('starts while the server is busy, which is not a refusal of its database', async () => {
    const busy = await RedisServer.start(['--lua-time-limit', '1']);
    const client = new Redis(busy.url);
    try {
      const script = client.eval('while true do end', 0).catch(() => undefined);
      const other = new Redis(busy.url, { enableReadyCheck: false });
      await eventually(() => expect(other.ping()).rejects.toThrow('BUSY'));
      const { store } = await openStore({ url: `${busy.url}/1` });
      const put = () => store.putTweets([{ row: aRow({ tweetId: anId() }), ttlSeconds: 60 }]);
      await expect(put()).rejects.toThrow(FeatureStoreUnavailableError);
      await other.script('KILL');
      other.disconnect();
      await script;
      await untilItSucceeds(put);
      expect(await client.keys('*')).toEqual([]);
    } finally {
      client.disconnect();
      await busy.stop();
    }
  });

  it('does not start with a server in cluster mode', async () => {
    const cluster = await RedisServer.start(['--cluster-enabled', 'yes']);
    const client = new Redis(cluster.url);
    try {
      await expect(openStore({ url: cluster.url })).rejects.toThrow(StartupError);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await expect(openStore({ url: cluster.url })).rejects.toThrow(
        /^REDIS_URL: Redis runs in cluster mode, which is not supported: /,
      );
    } finally {
      client.disconnect();
      await cluster.stop();
    }
  });
});
