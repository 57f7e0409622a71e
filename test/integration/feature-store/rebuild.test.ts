import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import type { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { rebuildAll } from '../../helpers/rebuild-all.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { aRow, IDENTITY } from '../../port-suites/feature-store-contract.ts';

const PREFIX = 'a*[b]?:';
const DAY_MS = 86_400_000;
const OTHER_REVISION = 'ba9876543210';
const NOTHING = { rows: 0, contributions: 0, usernames: 0, entities: 0, tooLarge: 0, purged: [] };
const ONE_ROW = { rows: 1, contributions: 0 };
const unrecorded = async () => undefined;

let server: RedisServer;
let admin: Redis;
let store: RedisFeatureStore;

const open = () =>
  connectedStore({
    url: server.url,
    keyPrefix: PREFIX,
    identity: IDENTITY,
    metrics: new RecordedMetrics(),
    logger: new RecordedLog(),
  });

beforeAll(async () => {
  server = await RedisServer.start();
  admin = new Redis(server.url);
});
beforeEach(async () => {
  await admin.flushall();
  store = await open();
});
afterEach(() => store.close());
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const put = (...rows: readonly Partial<FeatureRow>[]) =>
  store.putTweets(rows.map((row) => ({ row: aRow(row), ttlSeconds: 3_600 })));

/** Tweets of three users, two topics, three days and both kinds of day buckets. */
const tweets = Array.from({ length: 24 }, (_, index) => ({
  tweetId: `${100 + index}`,
  authorId: `${1 + (index % 3)}`,
  authorUsername: `Name${index % 3}`,
  topics: index % 2 === 0 ? ['#a', 'plain'] : ['#a'],
  eventTimestampMs: (index % 4) * DAY_MS + index,
  languageSupported: index % 5 !== 0,
}));

const keysOf = async (pattern: string) => admin.keys(`a[*][[]b][?]:${pattern}`);

async function lose(...patterns: readonly string[]): Promise<void> {
  const keys = (await Promise.all(patterns.map(keysOf))).flat();
  expect(keys.length).toBeGreaterThan(0);
  await admin.del(...keys);
}

/** Answers to readers of the aggregates. */
async function seen() {
  const range = { from: 0, to: 5 };
  return {
    users: await Promise.all(['1', '2', '3'].map((id) => store.userBuckets(id, range))),
    topics: await Promise.all(['#a', 'plain'].map((topic) => store.topicBuckets(topic, range))),
    names: await Promise.all(['name0', 'name1', 'name2'].map((name) => store.findUser(name))),
    mostActive: await store.mostActiveUsers(10),
  };
}

/** Every key with its value, so that a change of any is seen. */
async function dump(): Promise<Map<string, string | undefined>> {
  const keys = (await admin.keys('*')).sort();
  const values = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
  return new Map(keys.map((key, index) => [key, values[index]?.toString('base64')]));
}

describe('a rebuild', () => {
  it.each([
    ['a user', ['u:1']],
    ['a user with the list of tweets', ['u:1', 'mu:1']],
    ['all users', ['u:*', 'mu:*', 'rank', 'due:u', 'n:*']],
    ['a topic with the list of tweets', ['g:plain', 'mg:plain']],
    ['every aggregate', ['u:*', 'mu:*', 'g:*', 'mg:*', 'rank*', 'due:*', 'n:*']],
    ['the lists of tweets', ['mu:*', 'mg:*']],
    ['the rankings', ['rank*']],
    ['the ends of day buckets', ['due:*']],
    ['the usernames', ['n:*']],
    ['the indexes', ['i:*']],
    [
      'the indexes and every aggregate',
      ['i:*', 'u:*', 'mu:*', 'g:*', 'mg:*', 'rank*', 'due:*', 'n:*'],
    ],
  ])('restores %s, after a dry run that reports it and changes nothing', async (_, patterns) => {
    await put(...tweets);
    const before = await seen();
    await lose(...patterns);

    const lost = await dump();
    const report = await rebuildAll(store, { isDryRun: true });
    expect(report).not.toMatchObject(NOTHING);
    expect(await dump()).toEqual(lost);

    expect(await rebuildAll(store)).not.toMatchObject(NOTHING);
    expect(await seen()).toEqual(before);
    expect(await rebuildAll(store, { isDryRun: true })).toMatchObject(NOTHING);
    for (const key of await admin.keys('*'))
      expect([key, (await admin.ttl(key)) > 0]).toEqual([key, true]);
  });

  it('restores a user whose aggregates are of another type', async () => {
    await put(...tweets);
    const before = await seen();
    await lose('u:*');
    for (const id of ['1', '2', '3']) await admin.lpush(`${PREFIX}u:${id}`, 'garbage');
    await rebuildAll(store);
    expect(await seen()).toEqual(before);
  });

  it('changes nothing where nothing differs', async () => {
    await put(...tweets);
    const before = await dump();
    expect(await rebuildAll(store)).toMatchObject(NOTHING);
    expect(await dump()).toEqual(before);
  });

  it('keeps what was written since the loss', async () => {
    await put(...tweets.slice(0, 12));
    await lose('u:*', 'mu:*', 'g:*', 'mg:*', 'rank*', 'due:*', 'n:*');
    await put(...tweets.slice(6));
    await rebuildAll(store);
    const rebuilt = await seen();
    await admin.flushall();
    await put(...tweets);
    expect(rebuilt).toEqual(await seen());
  });

  it('takes out what counts twice because its index was lost', async () => {
    await put(...tweets);
    const before = await seen();
    await lose('i:100', 'i:101');
    await put(...tweets.slice(0, 2));
    expect(await seen()).not.toEqual(before);
    await rebuildAll(store);
    expect(await seen()).toEqual(before);
  });

  it('makes rows whose index was lost known to a purge, those of other models too', async () => {
    const model = { name: 'other', revision: OTHER_REVISION };
    await put({ tweetId: '7', model }, { tweetId: '7' });
    await lose('i:7');
    await rebuildAll(store);
    expect(await store.purgeTweet('7')).toMatchObject({ rows: 2 });
    expect(await keysOf('[tiug]:*')).toEqual([]);
  });

  it('restores no tweet of a user who was purged since, and names it for another purge', async () => {
    await put(...tweets);
    await lose('u:1', 'mu:1');
    const scoredUpToMs = aRow().createdTimestampMs;
    expect(await store.purgeUser('1', scoredUpToMs, unrecorded)).toMatchObject({ rows: 0 });
    const { purged } = await rebuildAll(store);
    const missed = tweets.filter(({ authorId }) => authorId === '1').map(({ tweetId }) => tweetId);
    expect(new Set(purged)).toEqual(new Set(missed));
    expect((await seen()).users[0]).toBeNull();
    for (const id of purged) await store.purgeTweet(id);
    expect(await namesOf('1')).toEqual([]);
  });

  /** Keys of the names that a user has. */
  async function namesOf(user: string): Promise<string[]> {
    const names = await keysOf('n:*');
    const owners = await Promise.all(names.map((name) => admin.get(name)));
    return names.filter((_, index) => owners[index]?.startsWith(`${user} `));
  }

  it('that meets an index before its rows leaves the name to the purge of the tweet', async () => {
    const text = 'half a character: \ud83d';
    await put({ tweetId: '7', authorId: '1', authorUsername: 'Lena_W', text });
    await lose('u:1', 'mu:1');
    await store.purgeUser('1', aRow().createdTimestampMs, unrecorded);
    // As the page of a scan that holds the index only.
    expect(await namesOf('1')).toEqual([`${PREFIX}n:lena_w`]);
    await store.purgeTweet('7');
    expect(await namesOf('1')).toEqual([]);
  });

  it('leaves the name of a purged user who has tweeted since, when an older tweet is purged', async () => {
    await put({ tweetId: '7', authorId: '1', authorUsername: 'Lena_W' });
    await lose('u:1', 'mu:1');
    const scoredUpToMs = aRow().createdTimestampMs;
    await store.purgeUser('1', scoredUpToMs, unrecorded);
    // On another day: in one second, a day bucket seems to hold tweets that were added before it.
    const later = { createdTimestampMs: scoredUpToMs + 1_000, eventTimestampMs: DAY_MS };
    await put({ tweetId: '8', authorId: '1', authorUsername: 'Lena_W', ...later });
    await store.purgeTweet('7');
    expect(await namesOf('1')).toEqual([`${PREFIX}n:lena_w`]);
    await lose('u:1', 'mu:1', 'i:8');
    await store.purgeTweet('8');
    expect(await namesOf('1')).toEqual([`${PREFIX}n:lena_w`]);
  });

  it('is not needed to purge the names of a user whose aggregates were lost', async () => {
    const model = { name: 'other', revision: OTHER_REVISION };
    await put(
      { tweetId: '7', authorId: '1', authorUsername: 'Lena_W' },
      { tweetId: '8', authorId: '1', authorUsername: 'lena', model },
      { tweetId: '9' },
    );
    await lose('u:1');
    expect(await store.purgeUser('1', 0, unrecorded)).toMatchObject({ rows: 2 });
    expect(await namesOf('1')).toEqual([]);
    expect(await keysOf('n:*')).toHaveLength(1);
  });

  it.each([
    '',
    '2',
    '2[',
    '2[]',
    '2["7",null,"Lena_W"]',
    '2["7","1",null]',
    '2{"2":"1"}',
    '2["7",[1],[]]',
  ])('purges a tweet whose row is %p', async (garbage) => {
    await put({ tweetId: '7' });
    const [row = ''] = await keysOf('t:7:*');
    await admin.set(row, garbage);
    expect(await store.purgeTweet('7')).toMatchObject({ rows: 1 });
  });

  it('names the tweets that a purge missed until they are purged again', async () => {
    const missed = tweets.filter(({ authorId }) => authorId === '1');
    await put(...missed);
    await lose('[ug]:*', 'm[ug]:*', 'i:*');
    await store.purgeUser('1', aRow().createdTimestampMs, unrecorded);
    // The reply to the first may be lost, or the prediction log down.
    for (const _ of ['first', 'second']) {
      const { purged } = await rebuildAll(store);
      expect(new Set(purged)).toEqual(new Set(missed.map(({ tweetId }) => tweetId)));
    }
    for (const { tweetId } of missed) expect(await store.purgeTweet(tweetId)).toEqual(ONE_ROW);
    expect(await keysOf('[tin]:*')).toEqual([]);
    expect(await rebuildAll(store)).toMatchObject(NOTHING);
  });

  it('makes a row that the purge of its tweet could not find known to another', async () => {
    await put({ tweetId: '7', model: { name: 'other', revision: OTHER_REVISION } });
    await lose('i:7');
    await store.purgeTweet('7');
    expect(await keysOf('t:7:*')).toHaveLength(1);
    expect(await rebuildAll(store)).toMatchObject({ purged: ['7'] });
    expect(await store.purgeTweet('7')).toEqual(ONE_ROW);
    expect(await keysOf('t:7:*')).toEqual([]);
  });

  it('reports a day bucket with too many tweets to count again, and leaves it', async () => {
    await put({ tweetId: '7', authorId: '1', eventTimestampMs: 0 });
    const members = Array.from({ length: 2_000 }, (_, index) => [0, `${1_000 + index}`]).flat();
    await admin.zadd(`${PREFIX}mu:1`, ...members);
    const before = (await seen()).users[0];
    expect(await rebuildAll(store)).toMatchObject({ entities: 1, tooLarge: 1 });
    expect((await seen()).users[0]).toEqual(before);
  });

  it('counts many tweets of one user again in calls that block Redis for a short time each', async () => {
    const days = Array.from({ length: 20 }, (_, day) => day);
    await put(
      ...days.map((day) => ({
        ...{ tweetId: `${7_000 + day}`, authorId: '1', eventTimestampMs: day * 86_400_000 },
      })),
    );
    const before = (await seen()).users[0];
    const strangers = days.flatMap((day) =>
      Array.from({ length: 1_500 }, (_, index) => [day, `${100_000 + day * 1_500 + index}`]),
    );
    await admin.zadd(`${PREFIX}mu:1`, ...strangers.flat());
    const scripts = async () =>
      Number(/evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
    const called = await scripts();
    expect(await rebuildAll(store)).toMatchObject({ entities: 1, tooLarge: 0 });
    // Two days have more tweets than one call may count.
    expect((await scripts()) - called).toBeGreaterThanOrEqual(days.length);
    expect(await admin.zcard(`${PREFIX}mu:1`)).toBe(days.length);
    expect((await seen()).users[0]).toEqual(before);
    expect(await rebuildAll(store)).toMatchObject({ entities: 0 });
  });

  it.each([true, false])(
    'passes a user whose key is of another type (dry run: %s)',
    async (isDryRun) => {
      await admin.set(`${PREFIX}u:5`, 'x');
      expect(await rebuildAll(store, { isDryRun })).toMatchObject({ entities: 1 });
      expect(await keysOf('u:5')).toHaveLength(isDryRun ? 1 : 0);
    },
  );

  it('may be interrupted at any page and repeated', async () => {
    const many = Array.from({ length: 900 }, (_, index) => ({
      ...tweets[index % tweets.length],
      tweetId: `${5_000 + index}`,
    }));
    await put(...many);
    const before = await seen();
    await lose('u:*', 'mu:*', 'g:*', 'mg:*', 'rank*', 'due:*', 'n:*');
    for (const pages of [1, 2, 3]) await rebuildAll(store, { pages });
    await rebuildAll(store);
    expect(await seen()).toEqual(before);
  });
});

describe('a purge of a user or topic whose day buckets were lost', () => {
  const lost = Array.from({ length: 250 }, (_, index) => ({
    ...{ tweetId: `${100 + index}`, authorId: '1', topics: ['plain'], eventTimestampMs: 0 },
    createdTimestampMs: 1,
  }));
  const added = { ...lost[0], tweetId: '7', createdTimestampMs: 2 };

  it.each<[string, () => Promise<unknown>]>([
    ['at once', async () => undefined],
    [
      'after the rankings were read',
      () => Promise.all([store.mostActiveUsers(10), store.mostActiveTopics(10)]),
    ],
    ['after another tweet of the day was scored', () => put(added)],
    [
      'after another tweet of the day was scored twice',
      async () => [await put(added), await put({ ...added, createdTimestampMs: 3 })],
    ],
    [
      'after another tweet of the day was scored and purged',
      async () => [await put(added), await store.purgeTweet('7')],
    ],
    [
      'after their new day buckets were malformed',
      async () => {
        await put(added);
        for (const entity of ['u:1', 'g:plain']) await admin.hset(PREFIX + entity, '0', 'garbage');
        await put(added);
      },
    ],
  ])('finds their tweets %s', async (_, meanwhile) => {
    for (const entity of ['u:1', 'g:plain']) {
      await admin.flushall();
      await put(...lost);
      await lose('u:*', 'g:*');
      await meanwhile();
      const recorded: string[] = [];
      const record = async (ids: readonly string[]) => void recorded.push(...ids);
      if (entity === 'u:1') await store.purgeUser('1', 9, record);
      else await store.purgeTopic('plain', 9, record);
      expect(recorded).toEqual(expect.arrayContaining(lost.map(({ tweetId }) => tweetId)));
      expect(await keysOf('[imt]*:*')).toEqual([]);
    }
  });

  it('spares a tweet that was scored under other topics since', async () => {
    await put({ ...lost[0], topics: ['#a'] });
    await lose('g:*');
    await put({ ...lost[0], topics: ['#b'], createdTimestampMs: 2 });
    await store.purgeTopic('#a', 9, unrecorded);
    expect(await store.topicBuckets('#b', { from: 0, to: 1 })).toMatchObject([{ day: 0 }]);
  });
});

it('a rebuild beside writers and purges counts every tweet once, and brings none back', async () => {
  const many = Array.from({ length: 600 }, (_, index) => ({
    ...tweets[index % tweets.length],
    tweetId: `${5_000 + index}`,
    createdTimestampMs: 1,
  }));
  await put(...many);
  await lose('u:*', 'mu:*', 'g:*', 'mg:*', 'rank*', 'due:*', 'n:*');
  const again = many
    .filter((_, index) => index % 3 === 0)
    .map((row) => ({ ...row, createdTimestampMs: 2 }));
  const gone = many.filter((_, index) => index % 3 === 1).map(({ tweetId }) => tweetId);
  const added = many.map((row, index) => ({ ...row, tweetId: `${9_000 + index}` }));
  const writer = await open();
  try {
    const write = async (rows: readonly Partial<FeatureRow>[]) => {
      for (const row of rows) await writer.putTweets([{ row: aRow(row), ttlSeconds: 3_600 }]);
    };
    const purge = async () => {
      for (const id of gone) await writer.purgeTweet(id);
    };
    const repeat = async (isDone: () => boolean) => {
      while (!isDone()) await rebuildAll(store);
    };
    let writing = true;
    await Promise.all([
      Promise.all([write(again), write(added), purge()]).finally(() => {
        writing = false;
      }),
      repeat(() => !writing),
    ]);
    await rebuildAll(store);
    expect(await rebuildAll(store, { isDryRun: true })).toMatchObject(NOTHING);
  } finally {
    await writer.close();
  }
  const rebuilt = await seen();
  await admin.flushall();
  await put(...many.filter(({ tweetId }) => !gone.includes(tweetId)), ...again, ...added);
  expect(rebuilt).toEqual(await seen());
});
