/**
 * `npm run bench:feature-store`: fills a private Redis with a million tweets and says what a
 * tweet costs there, and what each operation costs as the data grows. Prints Markdown.
 */
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { DEFAULT_ROW_TTL_SECONDS } from '../../service/contract/feature-store.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import { RedisFeatureStore } from '../../service/feature-store/redis/redis-feature-store.ts';
import { describeMachine } from '../machine.ts';
import { withRedis } from '../servers/redis.ts';
import {
  type Cost,
  costOf,
  patiently,
  perSecond,
  type Share,
  sharesOf,
  usedMemory,
} from './measurements.ts';
import { IDENTITY, RANGE, rows, topicName, userId } from './rows.ts';

const { values } = parseArgs({
  options: {
    tweets: { type: 'string', default: '1000000' },
    users: { type: 'string', default: '50000' },
  },
});
const TWEETS = Number(values.tweets);
const USERS = Number(values.users);
const STAGES = [10_000, 100_000, 1_000_000, 10_000_000].filter((stage) => stage <= TWEETS);

const PREFIX = 'tss:';
const BATCH = 50;
const CALLERS = 4;
const CALLS = 300;
const THROUGHPUT_MS = 5_000;
const LAST_30 = { from: RANGE.to - 29, to: RANGE.to };

interface Stage {
  readonly tweets: number;
  readonly bytesPerTweet: number;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly costs: readonly Cost[];
}

const MACHINE = await describeMachine();

await withRedis(async (url) => {
  const admin = new Redis(url);
  const silent = () => undefined;
  const store = await RedisFeatureStore.connect({
    url,
    keyPrefix: PREFIX,
    identity: IDENTITY,
    metrics: { record: silent },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    // Costs are measured here, not time-outs.
    timeouts: { commandMs: 60_000 },
  });
  const source = rows(USERS);
  const written: string[] = [];
  const emptyBytes = await usedMemory(admin);
  const stages: Stage[] = [];
  for (const stage of STAGES) {
    const count = stage - written.length;
    process.stderr.write(`  filling up to ${stage} tweets\n`);
    const fillMs = await fill(store, source, count, written);
    const bytesPerTweet = ((await usedMemory(admin)) - emptyBytes) / stage;
    process.stderr.write('  measuring\n');
    const sample = written.filter((_, index) => index % Math.ceil(stage / 5_000) === 0);
    const readsPerSecond = await perSecond(64, THROUGHPUT_MS, () =>
      store.getTweets([sample[Math.floor(Math.random() * sample.length)] ?? '1']),
    );
    const costs = await costsOf(store, admin, source, sample);
    stages.push({
      tweets: stage,
      bytesPerTweet,
      writesPerSecond: (count * 1_000) / fillMs,
      readsPerSecond,
      costs,
    });
  }
  report(stages, await sharesOf(admin, PREFIX, written.length));
  await store.close();
  admin.disconnect();
});

/** Milliseconds in which several callers write `count` rows in batches. */
async function fill(
  store: RedisFeatureStore,
  source: Generator<FeatureRow>,
  count: number,
  written: string[],
): Promise<number> {
  const startMs = performance.now();
  let left = count;
  const call = async () => {
    while (left > 0) {
      const batch = take(source, Math.min(BATCH, left));
      left -= batch.length;
      const writes = batch.map((row) => ({ row, ttlSeconds: DEFAULT_ROW_TTL_SECONDS }));
      await patiently(() => store.putTweets(writes));
      written.push(...batch.map(({ tweetId }) => tweetId));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  return performance.now() - startMs;
}

function take(source: Generator<FeatureRow>, count: number): FeatureRow[] {
  return Array.from({ length: count }, () => {
    const { value, done } = source.next();
    if (done) throw new Error('the rows have come to an end');
    return value;
  });
}

/** Rows written and purged here are few against those of the stage. */
async function costsOf(
  store: RedisFeatureStore,
  admin: Redis,
  source: Generator<FeatureRow>,
  sample: readonly string[],
): Promise<Cost[]> {
  const fresh = take(source, 2 * CALLS + 2);
  const put = (row: FeatureRow | undefined) =>
    store.putTweets(row ? [{ row, ttlSeconds: DEFAULT_ROW_TTL_SECONDS }] : []);
  const measure = (name: string, operation: (index: number) => Promise<unknown>) =>
    costOf(name, admin, CALLS, operation);
  const someUser = (index: number) => userId((index * 149) % USERS);
  return [
    await measure('read 1 row', (index) => store.getTweets([sample[index] ?? '1'])),
    await measure('read 100 rows', (index) => store.getTweets(sample.slice(index, index + 100))),
    await measure('write a new tweet', (index) => put(fresh[index])),
    await measure('score a tweet again', (index) => {
      const row = fresh[index];
      return put(row && { ...row, createdTimestampMs: row.createdTimestampMs + 1 });
    }),
    await measure('purge a tweet', (index) => store.purgeTweet(fresh[index]?.tweetId ?? '1')),
    await measure("any user's 30 days", (index) => store.userBuckets(someUser(index), LAST_30)),
    await measure("the most active user's 30 days", () => store.userBuckets(userId(0), LAST_30)),
    await measure("the most active user's 365 days", () => store.userBuckets(userId(0), RANGE)),
    await measure("the largest topic's 30 days", () => store.topicBuckets(topicName(0), LAST_30)),
    await measure("the largest topic's 365 days", () => store.topicBuckets(topicName(0), RANGE)),
    await measure('whose a username is', (index) => store.findUser(`user_${index}`)),
    await measure('the 10 most active users', () => store.mostActiveUsers(10)),
    await measure('the 100 most active users', () => store.mostActiveUsers(100)),
    await measure('the 10 most active topics', () => store.mostActiveTopics(10)),
  ];
}

function report(stages: readonly Stage[], shares: readonly Share[]): void {
  const { cpu, vcpus, busyAtStart = 0 } = MACHINE;
  const whole = (number: number) => Math.round(number).toLocaleString('en-US');
  console.log(
    `${cpu}, ${vcpus} vCPU, ${whole(100 * busyAtStart)} % busy before it; ${whole(USERS)} users\n`,
  );
  console.log(row(['tweets', ...stages.map(({ tweets }) => whole(tweets))]));
  console.log(row(['---', ...stages.map(() => '---:')]));
  console.log(row(['bytes a tweet', ...stages.map((stage) => whole(stage.bytesPerTweet))]));
  console.log(row(['tweets written/s', ...stages.map((stage) => whole(stage.writesPerSecond))]));
  console.log(row(['rows read/s, one a call', ...stages.map((s) => whole(s.readsPerSecond))]));
  for (const [index, { name }] of (stages[0]?.costs ?? []).entries()) {
    const cells = stages.map(({ costs }) => {
      const cost = costs[index];
      return cost ? `${cost.serverUs.toFixed(0)} µs (${cost.p50Ms.toFixed(2)} ms)` : '';
    });
    console.log(row([name, ...cells]));
  }
  console.log(`\n${row(['keys', 'how many', 'bytes a tweet'])}\n${row(['---', '---:', '---:'])}`);
  for (const { kind, keys, bytesPerTweet } of shares) {
    console.log(row([kind, whole(keys), whole(bytesPerTweet)]));
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
