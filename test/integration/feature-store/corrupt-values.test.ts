/** Malformed values in Redis, which must not affect other tweets, users and topics. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import type { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { encodeRow } from '../../../service/feature-store/redis/row-codec.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { anId, aRow, IDENTITY } from '../../port-suites/feature-store-contract.ts';

const DAY_MS = 86_400_000;
const DAY = Math.floor(Date.UTC(2021, 10, 15) / DAY_MS);
const RANGE = { from: DAY, to: DAY + 1 };

let server: RedisServer;
let admin: Redis;
let keyPrefix: string;
let store: RedisFeatureStore;
let metrics: RecordedMetrics;

beforeAll(async () => {
  server = await RedisServer.start();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** Runs with a store that holds two tweets of user 1 under #a, and one of user 2 under #b. */
async function withStore(work: (tweets: readonly FeatureRow[]) => Promise<void>): Promise<void> {
  keyPrefix = `${randomUUID()}:`;
  metrics = new RecordedMetrics();
  store = await connectedStore({
    url: server.url,
    keyPrefix,
    identity: IDENTITY,
    metrics,
    logger: new RecordedLog(),
  });
  try {
    const rows = [
      aRow({ tweetId: anId(), authorId: '1', authorUsername: 'one', topics: ['#a'] }),
      aRow({ tweetId: anId(), authorId: '1', authorUsername: 'one', topics: ['#a'] }),
      aRow({ tweetId: anId(), authorId: '2', authorUsername: 'two', topics: ['#b'] }),
    ];
    await put(...rows);
    // Leaves tombstones of a user and a topic.
    await store.purgeUser('3', 0, async () => undefined);
    await store.purgeTopic('#c', 0, async () => undefined);
    await work(rows);
  } finally {
    await store.close();
  }
}

const put = (...rows: FeatureRow[]) =>
  store.putTweets(rows.map((row) => ({ row, ttlSeconds: 3_600 })));
const positives = (buckets: readonly { counts: { positive: number } }[] | null | undefined) =>
  buckets?.map(({ counts }) => counts.positive) ?? null;
const ofUser = async (id: string) => positives((await store.userBuckets(id, RANGE))?.buckets);
const ofTopic = async (topic: string) => positives(await store.topicBuckets(topic, RANGE));
const ranked = async () =>
  (await store.mostActiveUsers(10)).map(({ id, counts }) => [id, counts.positive]);

const rankedTopics = async () =>
  (await store.mostActiveTopics(10)).map(({ topic, counts }) => [topic, counts.positive]);

describe('a user whose aggregates are of another type', () => {
  it('is unknown, is counted as corrupt and starts over with the next write', () =>
    withStore(async () => {
      await admin.set(`${keyPrefix}u:1`, 'no hash', 'EX', 60);
      expect(await ofUser('1')).toBeNull();
      expect(metrics.sum('FeatureStoreCorruptRows')).toBeGreaterThan(0);
      expect(await ranked()).toEqual([['2', 1]]);
      expect(await put(aRow({ tweetId: anId(), authorId: '1' }))).toEqual([true]);
      expect(await ofUser('1')).toEqual([1]);
      expect(await ranked()).toEqual([
        ['2', 1],
        ['1', 1],
      ]);
      expect(metrics.sum('FeatureStoreErrors')).toBe(0);
    }));
});

describe('a malformed day bucket', () => {
  it.each([
    '',
    'garbage',
    '1 2 3',
    '1 2 3 4 5 6 7 8 -9',
    '1  2 3 4 5 6 7 8 9',
    'a1 2 3 4 5 6 7 8 9',
  ])('counts as absent and is taken out of the total: %j', (text) =>
    withStore(async () => {
      await admin.hset(`${keyPrefix}u:1`, DAY, text);
      expect(await ofUser('1')).toBeNull();
      await put(aRow({ tweetId: anId(), authorId: '1' }));
      expect(await ofUser('1')).toEqual([1]);
      expect(await ranked()).toEqual([
        ['2', 1],
        ['1', 1],
      ]);
    }),
  );
});

describe('a malformed total', () => {
  it.each(['', 'garbage', '1 2', '0 0 2 5', '-1 0 2'])(
    'is replaced by the sum of the day buckets: %j',
    (text) =>
      withStore(async () => {
        await admin.hset(`${keyPrefix}u:1`, 't', text);
        expect(await ranked()).toEqual([
          ['1', 2],
          ['2', 1],
        ]);
      }),
  );
});

describe('a malformed total of a topic', () => {
  it.each(['', 'garbage', '1 2', '0 0 2 5', '-1 0 2'])(
    'is replaced by the sum of the day buckets: %j',
    (text) =>
      withStore(async () => {
        await admin.hset(`${keyPrefix}g:#a`, 't', text);
        expect(await rankedTopics()).toEqual([
          ['#a', 2],
          ['#b', 1],
        ]);
      }),
  );
});

describe('a member of the ranking of topics that is not stored', () => {
  it.each(['', '#A', 'garbage', '##'])('is dropped: %j', (member) =>
    withStore(async () => {
      await admin.zadd(`${keyPrefix}rank:g`, 9, member);
      expect(await rankedTopics()).toEqual([
        ['#a', 2],
        ['#b', 1],
      ]);
      expect(await admin.zrange(`${keyPrefix}rank:g`, '0', '-1')).toEqual(['#b', '#a']);
    }),
  );
});

describe('a malformed total of other languages', () => {
  it.each(['', 'garbage', '1 2', '-1'])('is replaced by the sum of the day buckets: %j', (text) =>
    withStore(async () => {
      const german = { language: 'de', languageSupported: false };
      await put(aRow({ tweetId: anId(), authorId: '1', ...german }));
      await admin.hset(`${keyPrefix}u:1`, 'o', text);
      expect(await store.mostActiveUsers(1)).toMatchObject([{ id: '1', otherLanguages: 1 }]);
    }),
  );
});

describe('a malformed owner of a name', () => {
  it.each(['', '0 1', '01 1', '12345678901234567890 1', 'garbage'])(
    'counts as unknown: %j',
    (text) =>
      withStore(async () => {
        await admin.set(`${keyPrefix}n:one`, text, 'EX', 60);
        expect(await store.findUser('one')).toBeNull();
        await put(aRow({ tweetId: anId(), authorId: '1', authorUsername: 'one' }));
        expect(await store.findUser('one')).toBe('1');
      }),
  );
});

describe('a malformed index', () => {
  it.each([
    ['c', ''],
    ['c', '18946 9 1 2 3'],
    ['c', '18946x 1 1 2 3'],
    ['c', 'o 1 1 2 3'],
    ['s', '12 garbage'],
    ['a', '../2'],
    ['r:0123456789ab:1', 'garbage'],
  ])('does not prevent writes and purges of its tweet: %s is %j', (field, text) =>
    withStore(async ([row]) => {
      if (!row) throw new Error('the store holds no row');
      await admin.hset(`${keyPrefix}i:${row.tweetId}`, field, text);
      expect(await put(row)).toEqual([true]);
      expect(await store.purgeTweet(row.tweetId)).toMatchObject({ rows: 1 });
      expect(await store.getTweets([row.tweetId])).toEqual([null]);
    }),
  );
});

describe('a malformed tombstone of a user', () => {
  it('blocks no write and is replaced by the next purge', () =>
    withStore(async () => {
      await admin.set(`${keyPrefix}xu:1`, 'garbage', 'EX', 60);
      const row = aRow({ tweetId: anId(), authorId: '1', createdTimestampMs: 5 });
      expect(await put(row)).toEqual([true]);
      await store.purgeUser('1', 5, async () => undefined);
      expect(await put({ ...row, tweetId: anId() })).toEqual([false]);
    }));
});

/** Leaves what releases before the error code `model_failed` did: the index and the row. */
async function writeNaN(id: string): Promise<void> {
  const { NaN: none } = Number;
  const row = aRow({ tweetId: id, scores: { negative: none, neutral: none, positive: none } });
  const version = `${IDENTITY.revision}:${IDENTITY.preprocessingVersion}`;
  await admin.hset(`${keyPrefix}i:${id}`, `r:${version}`, row.createdTimestampMs);
  await admin.set(`${keyPrefix}t:${id}:${version}`, encodeRow(row), 'EX', 3_600);
}

describe('a row whose scores are NaN', () => {
  it('is absent, is counted as corrupt and changes no aggregate', () =>
    withStore(async () => {
      const broken = anId();
      await writeNaN(broken);
      expect(await store.getTweets([broken])).toEqual([null]);
      expect(metrics.sum('FeatureStoreCorruptRows')).toBe(1);
      expect([await ofTopic('#a'), await ofTopic('#b')]).toEqual([[2], [1]]);
    }));

  it('leaves nothing but a tombstone behind after a purge', () =>
    withStore(async () => {
      const broken = anId();
      await writeNaN(broken);
      expect(await store.purgeTweet(broken)).toEqual({ rows: 1, contributions: 0 });
      const left = (await admin.keys(`${keyPrefix}*`)).filter((key) => key.includes(broken));
      expect(left).toEqual([`${keyPrefix}x:${broken}`]);
    }));

  it('is replaced by a later score', () =>
    withStore(async () => {
      const id = anId();
      await writeNaN(id);
      const row = aRow({ tweetId: id, authorId: '4', topics: ['#d'] });
      expect(await put(row)).toEqual([true]);
      expect(await store.getTweets([id])).toEqual([row]);
      expect(await ofTopic('#d')).toEqual([1]);
      expect(await store.purgeTweet(id)).toEqual({ rows: 1, contributions: 2 });
      expect(await ofTopic('#d')).toBeNull();
    }));
});

describe('malformed ids', () => {
  it('are neither listed nor announced by a purge', () =>
    withStore(async ([row]) => {
      await admin.hset(`${keyPrefix}i:garbage`, 's', '1');
      await admin.zadd(`${keyPrefix}mu:1`, DAY, 'garbage');
      expect((await store.listTweets('0')).tweetIds).not.toContain('garbage');
      const told: string[] = [];
      await store.purgeUser('1', 0, async (ids) => {
        told.push(...ids);
      });
      expect(told).toHaveLength(2);
      expect(told).toContain(row?.tweetId);
    }));
});

describe('any value in one key', () => {
  const garbage = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '-1',
      '0',
      '1 1',
      '1 x',
      '99999999999999999999',
      '1 0 9 0 0 1 0 0 1',
      '18946o 1 1 2 3',
    ),
    fc.array(fc.nat(), { maxLength: 10 }).map((numbers) => numbers.join(' ')),
  );
  const corruption = fc.oneof(
    fc.record({ kind: fc.constantFrom('string', 'list', 'hash', 'zset', 'set'), value: garbage }),
    fc.record({ kind: fc.constantFrom('field', 'truncated field'), value: garbage }),
    fc.record({ kind: fc.constant('member'), value: garbage }),
    fc.record({ kind: fc.constant('no key'), value: fc.constant('') }),
  );

  it('fails no operation and changes nothing of other tweets, users and topics', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), corruption, async (place, field, { kind, value }) => {
        await withStore(async (rows) => {
          // Except keys of the third tweet, of user 2 and of #b, which must stay as they are.
          const others = [`u:2`, `mu:2`, 'g:#b', 'mg:#b', 'n:two', String(rows[2]?.tweetId)];
          const keys = (await admin.keys(`${keyPrefix}*`))
            .filter((each) => !others.some((other) => each.includes(`:${other}`)))
            .sort();
          const key = keys[place % keys.length] ?? '';
          await corrupt(key, kind, value, field);

          expect(await ofUser('2')).toEqual([1]);
          expect(await ofTopic('#b')).toEqual([1]);
          expect(await store.findUser('two')).toBe('2');
          await ofUser('1');
          await ofTopic('#a');
          await store.findUser('one');
          await store.getTweets(rows.map(({ tweetId }) => tweetId));
          await store.listTweets('0');
          await store.mostActiveUsers(10);
          await store.mostActiveTopics(10);

          const fresh = aRow({ tweetId: anId(), authorId: '1', topics: ['#a', '#b'] });
          expect(await put(fresh)).toEqual([true]);
          expect(await store.getTweets([fresh.tweetId])).toEqual([fresh]);
          expect(await ofTopic('#b')).toEqual([2]);
          expect((await ofUser('1'))?.[0]).toBeGreaterThan(0);

          await store.purgeTweet(fresh.tweetId);
          for (const row of rows.slice(0, 2)) await store.purgeTweet(row.tweetId);
          await store.purgeUser('1', 0, async () => undefined);
          await store.purgeTopic('#a', 0, async () => undefined);
          expect(await ofUser('1')).toBeNull();
          expect(await ofTopic('#a')).toBeNull();
          expect(await ofTopic('#b')).toEqual([1]);
          expect(await ofUser('2')).toEqual([1]);
          expect(metrics.sum('FeatureStoreErrors')).toBe(0);
          for (const each of await admin.keys(`${keyPrefix}*`)) {
            expect([each, await admin.ttl(each)]).not.toEqual([each, -1]);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  /** Overwrites a key, or a part of it, with a malformed value. */
  async function corrupt(key: string, kind: string, value: string, place: number): Promise<void> {
    const type = await admin.type(key);
    if (kind === 'field' || kind === 'truncated field') {
      if (type !== 'hash') return;
      const fields = Object.entries(await admin.hgetall(key)).sort();
      const [field, text] = fields[place % fields.length] ?? ['', ''];
      await admin.hset(key, field, kind === 'field' ? value : text.slice(0, place % 9));
      return;
    }
    if (kind === 'member') {
      if (type === 'zset') await admin.zadd(key, 0, value);
      return;
    }
    await admin.del(key);
    if (kind === 'string') await admin.set(key, value);
    if (kind === 'list') await admin.lpush(key, value);
    if (kind === 'hash') await admin.hset(key, value, value);
    if (kind === 'zset') await admin.zadd(key, 1, value);
    if (kind === 'set') await admin.sadd(key, value);
    await admin.expire(key, 1_000);
  }
});
