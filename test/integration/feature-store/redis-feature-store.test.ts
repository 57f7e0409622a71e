import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { TweetListing } from '../../../service/application/ports/feature-store.ts';
import { DEFAULT_ROW_TTL_SECONDS } from '../../../service/contract/feature-store.ts';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import { CachedFeatureStore } from '../../../service/feature-store/hot-cache.ts';
import { openRedisClient } from '../../../service/feature-store/redis/redis-client.ts';
import type {
  RedisFeatureStore,
  RedisFeatureStoreOptions,
} from '../../../service/feature-store/redis/redis-feature-store.ts';
import { connectedStore, PATIENT_TIMEOUTS } from '../../helpers/connected-store.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { rebuildAll } from '../../helpers/rebuild-all.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { age } from '../../helpers/redis-time.ts';
import { aggregateStoreContract } from '../../port-suites/aggregate-store-contract.ts';
import {
  anId,
  aRow,
  featureStoreContract,
  IDENTITY,
  type StoreUnderTest,
} from '../../port-suites/feature-store-contract.ts';

let server: RedisServer;
let admin: Redis;
const opened: RedisFeatureStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  admin = new Redis(server.url);
});

afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));

afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

async function openStore(overrides: Partial<RedisFeatureStoreOptions> = {}) {
  const keyPrefix = overrides.keyPrefix ?? `${randomUUID()}:`;
  const metrics = new RecordedMetrics();
  const logger = new RecordedLog();
  const store = await connectedStore({
    url: server.url,
    keyPrefix,
    identity: IDENTITY,
    metrics,
    logger,
    ...overrides,
  });
  opened.push(store);
  return { store, keyPrefix, metrics, logger };
}

async function aStoreUnderTest(): Promise<StoreUnderTest> {
  const { store, keyPrefix } = await openStore();
  return { store, advance: (seconds) => age(admin, keyPrefix, seconds) };
}

async function aCachedStoreUnderTest(): Promise<StoreUnderTest> {
  let nowMs = 1_000;
  const { store, advance } = await aStoreUnderTest();
  return {
    store: new CachedFeatureStore({ store, ttlMs: 5_000, now: () => nowMs }),
    advance: async (seconds) => {
      nowMs += seconds * 1_000;
      await advance(seconds);
    },
  };
}

featureStoreContract('RedisFeatureStore', aStoreUnderTest);
aggregateStoreContract('RedisFeatureStore', aStoreUnderTest);
featureStoreContract('CachedFeatureStore on Redis', aCachedStoreUnderTest);
aggregateStoreContract('CachedFeatureStore on Redis', aCachedStoreUnderTest);

describe('RedisFeatureStore', () => {
  let store: RedisFeatureStore;
  let keyPrefix: string;
  let metrics: RecordedMetrics;

  beforeEach(async () => {
    ({ store, keyPrefix, metrics } = await openStore());
  });

  const rowKey = (id: string) => `${keyPrefix}t:${id}:0123456789ab:1`;
  const indexKey = (id: string) => `${keyPrefix}i:${id}`;
  const tombstoneKey = (id: string) => `${keyPrefix}x:${id}`;
  const lifeOf = async (key: string) => Math.round((await admin.pttl(key)) / 1_000);

  it('lets every key expire: a row as asked, its index after 500 days, a tombstone after a day', async () => {
    const id = anId();
    await store.putTweets([{ row: aRow({ tweetId: id }), ttlSeconds: DEFAULT_ROW_TTL_SECONDS }]);
    expect(await lifeOf(rowKey(id))).toBe(5_184_000);
    expect(await lifeOf(indexKey(id))).toBe(500 * 86_400);
    await store.purgeTweet(id);
    expect(await lifeOf(tombstoneKey(id))).toBe(86_400);
    expect(await admin.keys(`${keyPrefix}*`)).toEqual([tombstoneKey(id)]);
  });

  it('keeps the index longer than the longest-lived row', async () => {
    const id = anId();
    const older = aRow({ tweetId: id, model: { name: 'older', revision: 'ba9876543210' } });
    const life = 600 * 86_400;
    await store.putTweets([{ row: older, ttlSeconds: life }]);
    await store.putTweets([{ row: aRow({ tweetId: id }), ttlSeconds: 300 }]);
    expect(await lifeOf(indexKey(id))).toBe(life + 86_400);
    expect(await admin.hkeys(indexKey(id))).toEqual(
      expect.arrayContaining(['r:ba9876543210:1', 'r:0123456789ab:1']),
    );
  });

  it('counts a tweet once, and purges what it counts, after the life of aggregates was lowered', async () => {
    const days = { from: 0, to: 30_000 };
    const total = async () => {
      const user = await store.userBuckets('7', days);
      return user?.buckets.reduce((sum, { counts }) => sum + counts.positive, 0) ?? 0;
    };
    const put = (to: RedisFeatureStore, tweetId: string) =>
      to.putTweets([{ row: aRow({ tweetId, authorId: '7' }), ttlSeconds: 3_600 }]);
    await put(store, '1');
    await age(admin, keyPrefix, 86_400);
    const { store: shorter } = await openStore({
      keyPrefix,
      aggregateTtlSeconds: 180 * 86_400,
    });
    await put(shorter, '2');
    expect(await total()).toBe(2);
    // Beyond the life of an index of the second store, within that of a day bucket of the first.
    await age(admin, keyPrefix, 230 * 86_400);
    await put(shorter, '2');
    expect(await total()).toBe(1);
    await shorter.purgeTweet('2');
    expect(await total()).toBe(0);
  });

  it('ranks a topic of a release without a ranking of topics with its whole total, from its next tweet on', async () => {
    const put = async (overrides: Partial<FeatureRow> = {}) => {
      const row = aRow({ tweetId: anId(), topics: ['#old'], ...overrides });
      expect(await store.putTweets([{ row, ttlSeconds: 60 }])).toEqual([true]);
    };
    await put();
    await put({ eventTimestampMs: 0 });
    await put({ language: 'de', languageSupported: false });
    await admin.hdel(`${keyPrefix}g:#old`, 't', 'o');
    await admin.del(`${keyPrefix}rank:g`);
    expect(await store.mostActiveTopics(10)).toEqual([]);
    await put();
    expect(await store.mostActiveTopics(10)).toEqual([
      {
        topic: '#old',
        counts: { negative: 0, neutral: 0, positive: 3 },
        otherLanguages: 1,
      },
    ]);
  });

  it('purges the row it serves even if the index has been evicted', async () => {
    const id = anId();
    await store.putTweets([{ row: aRow({ tweetId: id }), ttlSeconds: 60 }]);
    await admin.del(indexKey(id));
    expect(await store.purgeTweet(id)).toEqual({ rows: 1, contributions: 0 });
    expect(await admin.exists(rowKey(id))).toBe(0);
  });

  it('answers what Redis holds now, whatever it has read before', async () => {
    const { store: other } = await openStore({ keyPrefix });
    const id = anId();
    const row = aRow({ tweetId: id });
    await store.putTweets([{ row, ttlSeconds: 60 }]);
    const [first] = await store.getTweets([id]);
    expect((await store.getTweets([id]))[0]).toBe(first);
    const newer = { ...row, createdTimestampMs: row.createdTimestampMs + 1, text: 'newer' };
    await other.putTweets([{ row: newer, ttlSeconds: 60 }]);
    expect(await store.getTweets([id])).toEqual([newer]);
    await age(admin, keyPrefix, 61);
    expect(await store.getTweets([id])).toEqual([null]);
    await other.putTweets([{ row: newer, ttlSeconds: 60 }]);
    expect(await store.getTweets([id])).toEqual([newer]);
    await other.purgeTweet(id);
    expect(await store.getTweets([id])).toEqual([null]);
  });

  it('shares rows with stores of the same model only', async () => {
    const row = aRow({ tweetId: anId() });
    const same = await openStore({ keyPrefix });
    const newer = await openStore({
      keyPrefix,
      identity: { ...IDENTITY, revision: 'ba9876543210' },
    });
    await store.putTweets([{ row, ttlSeconds: 60 }]);
    expect(await same.store.getTweets([row.tweetId])).toEqual([row]);
    expect(await newer.store.getTweets([row.tweetId])).toEqual([null]);
    expect(await newer.store.purgeTweet(row.tweetId)).toEqual({ rows: 1, contributions: 3 });
  });

  it('reloads scripts that the server has lost', async () => {
    const write = () => store.putTweets([{ row: aRow({ tweetId: anId() }), ttlSeconds: 60 }]);
    await write();
    await admin.script('FLUSH');
    expect(await write()).toEqual([true]);
    await admin.script('FLUSH');
    expect(await store.purgeTweet(anId())).toEqual({ rows: 0, contributions: 0 });
  });

  it('reads a batch in one round trip', async () => {
    const callsOf = async () =>
      /cmdstat_mget:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1];
    await store.getTweets([anId()]);
    const before = Number(await callsOf());
    await store.getTweets(Array.from({ length: 100 }, anId));
    expect(Number(await callsOf())).toBe(before + 1);
  });

  it('reads the rankings that are asked for in one turn by one command, each to its limit', async () => {
    const rows = ['11', '12', '13'].map((authorId) => aRow({ tweetId: anId(), authorId }));
    await store.putTweets(rows.map((row) => ({ row, ttlSeconds: 60 })));
    await store.mostActiveUsers(1);
    await admin.config('RESETSTAT');
    const rankings = await Promise.all([1, 3, 2].map((limit) => store.mostActiveUsers(limit)));
    const ids = rankings.map((users) => users.map(({ id }) => id));
    expect(ids).toEqual([['13'], ['13', '12', '11'], ['13', '12']]);
    expect(await admin.info('commandstats')).toMatch(/cmdstat_evalsha:calls=1,/);
  });

  describe('on a corrupt row', () => {
    /** Resolves when the server has deleted the key. */
    const dropped = async (key: string) => {
      while ((await admin.exists(key)) === 1) await new Promise(setImmediate);
    };

    it('reports the row as absent, counts it and deletes it', async () => {
      const [corrupt, sound] = [anId(), aRow({ tweetId: anId() })];
      await store.putTweets([{ row: sound, ttlSeconds: 60 }]);
      await admin.set(rowKey(corrupt), Buffer.from([0xff, 0x00, 0x31]));
      expect(await store.getTweets([corrupt, sound.tweetId])).toEqual([null, sound]);
      expect(metrics.sum('FeatureStoreCorruptRows')).toBe(1);
      await dropped(rowKey(corrupt));
      expect(await store.getTweets([corrupt])).toEqual([null]);
      expect(metrics.sum('FeatureStoreCorruptRows')).toBe(1);
    });

    it('does not delete a row that has replaced it in the meantime', async () => {
      const row = aRow({ tweetId: anId() });
      await admin.set(rowKey(row.tweetId), 'corrupt');
      const read = store.getTweets([row.tweetId]);
      await new Promise(setImmediate);
      // Both go down the same connection: the write lands between the read and the drop.
      const written = store.putTweets([{ row, ttlSeconds: 60 }]);
      expect(await read).toEqual([null]);
      expect(await written).toEqual([true]);
      // A further round trip on that connection comes after the drop.
      expect(await store.getTweets([row.tweetId])).toEqual([row]);
      expect(metrics.records).toEqual([['FeatureStoreCorruptRows', 1]]);
    });

    it('neither counts nor deletes a row of another format', async () => {
      const id = anId();
      await admin.set(rowKey(id), '3something newer');
      expect(await store.getTweets([id])).toEqual([null]);
      await store.getTweets([id]);
      expect(await admin.get(rowKey(id))).toBe('3something newer');
      expect(metrics.records).toEqual([]);
    });

    it('never fails, whatever the bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array(), async (value) => {
          const id = anId();
          await admin.set(rowKey(id), Buffer.from(value));
          expect(await store.getTweets([id])).toEqual([null]);
        }),
        { numRuns: 200 },
      );
    });

    it('treats a key of another type as absent', async () => {
      const row = aRow({ tweetId: anId() });
      await admin.lpush(rowKey(row.tweetId), 'x');
      expect(await store.getTweets([row.tweetId])).toEqual([null]);
      await store.putTweets([{ row, ttlSeconds: 60 }]);
      expect(await store.getTweets([row.tweetId])).toEqual([row]);
    });
  });

  describe('credentials', () => {
    /** Commands of docs/feature-store-format.md. */
    const COMMANDS =
      /ACL SETUSER tss .*?-@all ([^\n]*)/
        .exec(readFileSync('docs/feature-store-format.md', 'utf8'))?.[1]
        ?.split(' ') ?? [];
    /** Tested with a purge, which retries for 5 s: only commands that nothing else uses. */
    const OF_PURGES = ['+hkeys', '+zrange'];
    const username = `user-${randomUUID()}`;
    const password = 'p@ss:word/€ #1';

    beforeAll(async () => {
      await admin.call('ACL', 'SETUSER', username, 'on', `>${password}`, '~acl:*', ...COMMANDS);
    });

    it('need only the documented commands on the prefix', async () => {
      const restricted = await openStore({ username, password, keyPrefix: 'acl:' });
      const row = aRow({ tweetId: anId() });
      const corrupt = anId();
      await admin.set(`acl:t:${corrupt}:0123456789ab:1`, 'corrupt');
      expect(await restricted.store.putTweets([{ row, ttlSeconds: 60 }])).toEqual([true]);
      expect(await restricted.store.getTweets([row.tweetId, corrupt])).toEqual([row, null]);
      expect(await restricted.store.getTweets([corrupt])).toEqual([null]);
      expect(await admin.exists(`acl:t:${corrupt}:0123456789ab:1`)).toBe(0);
      expect(await restricted.store.findUser('someone')).toBe(row.authorId);
      expect(await restricted.store.topicBuckets('#phones', { from: 1, to: 2 })).toEqual([]);
      expect(await restricted.store.mostActiveUsers(10)).toHaveLength(1);
      const listed: string[] = [];
      for (let cursor: string | null = '0'; cursor !== null; ) {
        const page: TweetListing = await restricted.store.listTweets(cursor);
        listed.push(...page.tweetIds);
        cursor = page.nextCursor;
      }
      expect(listed).toContain(row.tweetId);
      expect(await restricted.store.purgeTweet(row.tweetId)).toEqual({ rows: 1, contributions: 3 });
      expect(await restricted.store.purgeUser('2244994945', 0, async () => undefined)).toEqual({
        rows: 0,
        contributions: 0,
      });
      await rebuildAll(restricted.store);
      expect(restricted.metrics.sum('FeatureStoreErrors')).toBe(0);
      expect(restricted.logger.lines).toEqual([]);
    });

    it.each(COMMANDS)('need the right %s', async (command) => {
      const name = `user-${randomUUID()}`;
      await admin.call(
        ...(['ACL', 'SETUSER', name, 'on', `>${password}`, '~acl:*'] as const),
        ...COMMANDS.filter((other) => other !== command),
      );
      const denied = await openStore({ username: name, password, keyPrefix: 'acl:' });
      const [row, other] = [aRow({ tweetId: anId() }), aRow({ tweetId: anId() })];
      const own = `#${anId()}`;
      // A day bucket that has ended.
      await admin.hset(`acl:g:${own}`, '1', '1 1 1 0 0 1 0 0 10000000');
      const corrupt = anId();
      await admin.set(`acl:t:${corrupt}:0123456789ab:1`, 'corrupt');
      await denied.store.getTweets([corrupt]).catch(() => undefined);
      await denied.store.getTweets([corrupt]).catch(() => undefined);
      for (let i = 0; i < 3; i++) {
        const rescored = { ...row, createdTimestampMs: i, topics: i < 2 ? [own] : [] };
        await denied.store.putTweets([{ row: rescored, ttlSeconds: 60 }]).catch(() => undefined);
        await denied.store.putTweets([{ row: other, ttlSeconds: 60 }]).catch(() => undefined);
      }
      await denied.store.mostActiveUsers(1).catch(() => undefined);
      await denied.store.listTweets('0').catch(() => undefined);
      await rebuildAll(denied.store).catch(() => undefined);
      await denied.store.userBuckets('9', { from: 1, to: 2 }).catch(() => undefined);
      if (OF_PURGES.includes(command)) {
        await denied.store.purgeUser('2244994945', 0, async () => undefined).catch(() => undefined);
      }
      expect(denied.metrics.sum('FeatureStoreErrors')).toBeGreaterThan(0);
      expect(JSON.stringify(denied.logger.lines)).toMatch(
        /NOPERM|can't run this command|has no permissions/,
      );
    });

    it('in the URL take precedence over separate ones', async () => {
      const url = server.url.replace('//', `//${username}:${encodeURIComponent(password)}@`);
      const named = await openStore({
        url,
        username: 'nobody',
        password: 'wrong',
        keyPrefix: 'acl:',
      });
      expect(await named.store.getTweets([anId()])).toEqual([null]);

      const half = await openStore({
        url: server.url.replace('//', `//${username}@`),
        password,
        keyPrefix: 'acl:',
      });
      expect(await half.store.getTweets([anId()])).toEqual([null]);
    });

    it('that are wrong are reported in the log, which does not show them', async () => {
      const wrong = await openStore({ username, password: 'wr0ng-secret', keyPrefix: 'acl:' });
      await expect(wrong.store.getTweets([anId()])).rejects.toThrow(FeatureStoreUnavailableError);
      expect(wrong.logger.lines.map(({ level, message }) => [level, message])).toEqual([
        ['warn', 'no connection to Redis; check REDIS_URL and the server, trying again'],
      ]);
      const log = JSON.stringify(wrong.logger.lines);
      expect(log).toContain('WRONGPASS');
      expect(log).not.toContain('wr0ng-secret');
    });
  });

  it('uses the database of the URL', async () => {
    const row = aRow({ tweetId: anId() });
    const other = await openStore({ url: `${server.url}/1`, keyPrefix });
    await other.store.putTweets([{ row, ttlSeconds: 60 }]);
    expect(await store.getTweets([row.tweetId])).toEqual([null]);
  });

  it('rejects a malformed contribution before it writes anything', async () => {
    const client = openRedisClient({ url: server.url }, PATIENT_TIMEOUTS);
    await once(client, 'ready');
    const id = anId();
    const keys = [rowKey(id), indexKey(id), tombstoneKey(id)] as const;
    const put = (content: string) =>
      client.putRow(
        ...([
          ...keys,
          keyPrefix,
          60,
          60,
          60,
          64,
          'row',
          60,
          '0123456789ab:1',
          1,
          1,
          '',
          '',
          content,
          '#tea',
        ] as const),
      );
    await expect(put('-1 1 0 0 0')).rejects.toThrow('BADROW');
    expect(await admin.keys(`${keyPrefix}*`)).toEqual([]);
    expect(await put('1 1 0 0 0')).toBe(1);
    client.disconnect();
  });

  it('writes no row whose index it cannot write', async () => {
    const id = anId();
    const username = `user-${randomUUID()}`;
    const rules = ['on', '>secret', `~${keyPrefix}*`, '+@all', '-hset'];
    await admin.call('ACL', 'SETUSER', username, ...rules);
    const denied = await openStore({ keyPrefix, username, password: 'secret' });
    const row = aRow({ tweetId: id, text: 'a text kept out of logs' });
    const failure = await denied.store.putTweets([{ row, ttlSeconds: 60 }]).catch((error) => error);
    expect(failure).toBeInstanceOf(FeatureStoreUnavailableError);
    expect(failure.cause.message).toMatch(/NOPERM|can't run this command|no permissions to run/);
    const told = JSON.stringify([failure, failure.cause, denied.logger.lines]);
    expect(told).not.toContain('kept out of logs');
    expect(await admin.exists(rowKey(id))).toBe(0);
    expect(denied.metrics.records).toEqual([['FeatureStoreErrors', 1, 'write']]);
  });
});
