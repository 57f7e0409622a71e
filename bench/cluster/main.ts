/**
 * `npm run bench:cluster`: prototype of the row path in cluster mode, for ADR 0063. Compares, in
 * turns, the store as it is, its row path alone on one server, and the row path on three primaries
 * with hash tags. Counts CPU time of the servers' main threads, which other processes disturb less
 * than clocks. Prints Markdown.
 */
import { parseArgs } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { sum } from '../../cli/kit/statistics.ts';
import { DEFAULT_ROW_TTL_SECONDS } from '../../service/contract/feature-store.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import { RedisFeatureStore } from '../../service/feature-store/redis/redis-feature-store.ts';
import { serverCpuUs, usedMemory } from '../feature-store/measurements.ts';
import { IDENTITY, rows } from '../feature-store/rows.ts';
import { describeMachine } from '../machine.ts';
import { markdownTable } from '../report/table.ts';
import { withRedis, withRedisCluster } from '../servers/redis.ts';
import { type Summary, summarize } from '../statistics.ts';
import { foldedUpdates } from './folded-updates.ts';
import { RowPath } from './row-path.ts';

const { values } = parseArgs({
  options: {
    tweets: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
  },
});
/** Of one round. */
const TWEETS = Number(values.tweets);
const ROUNDS = Number(values.rounds);
const PRIMARIES = 3;
const BATCH = 50;
const READ = 100;
const USERS = 50_000;

interface Candidate {
  readonly name: string;
  put(rows: readonly FeatureRow[]): Promise<unknown>;
  get(ids: readonly string[]): Promise<unknown>;
  readonly servers: readonly Redis[];
  /** Of the empty servers. */
  readonly emptyBytes: number;
  readonly writeUs: number[];
  readonly readUs: number[];
}

const machine = await describeMachine();
await withRedis((storeUrl) =>
  withRedis((rowsUrl) =>
    withRedisCluster(PRIMARIES, async (ports) => {
      const store = await openStore(storeUrl);
      const options = { enableAutoPipelining: true };
      const alone = new Redis(rowsUrl, options);
      const cluster = new Cluster(
        ports.map((port) => ({ host: '127.0.0.1', port })),
        options,
      );
      const one = new RowPath(alone, false);
      const many = new RowPath(cluster, true);
      const candidates: Candidate[] = [
        {
          name: 'one primary, as it is',
          put: (batch) =>
            store.putTweets(batch.map((row) => ({ row, ttlSeconds: DEFAULT_ROW_TTL_SECONDS }))),
          get: (ids) => store.getTweets(ids),
          ...(await measuredBy([new Redis(storeUrl)])),
        },
        {
          name: 'one primary, rows alone',
          put: (batch) => one.put(batch),
          get: (ids) => one.get(ids),
          ...(await measuredBy([new Redis(rowsUrl)])),
        },
        {
          name: `${PRIMARIES} primaries, rows alone`,
          put: (batch) => many.put(batch),
          get: (ids) => many.get(ids),
          ...(await measuredBy(ports.map((port) => new Redis(port, '127.0.0.1')))),
        },
      ];
      const source = rows(USERS);
      for (let round = 0; round < ROUNDS; round++) {
        process.stderr.write(`  round ${round + 1} of ${ROUNDS}\n`);
        const batch = take(source, TWEETS);
        for (const candidate of candidates) await measureRound(candidate, batch);
      }
      await report(candidates);
      await store.close();
      cluster.disconnect();
      for (const client of [alone, ...candidates.flatMap(({ servers }) => servers)]) {
        client.disconnect();
      }
    }),
  ),
);

function openStore(url: string): Promise<RedisFeatureStore> {
  const silent = () => undefined;
  return RedisFeatureStore.connect({
    url,
    keyPrefix: 'tss:',
    identity: IDENTITY,
    metrics: { record: silent },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    timeouts: { commandMs: 60_000 },
  });
}

async function measuredBy(servers: readonly Redis[]) {
  return { servers, emptyBytes: await usedBytes(servers), writeUs: [], readUs: [] };
}

async function usedBytes(servers: readonly Redis[]): Promise<number> {
  return sum(await Promise.all(servers.map(usedMemory)));
}

async function measureRound(candidate: Candidate, batch: readonly FeatureRow[]): Promise<void> {
  const ids = batch.map(({ tweetId }) => tweetId);
  candidate.writeUs.push(
    await cpuOf(candidate, batch.length, () =>
      inParts(batch, BATCH, (part) => candidate.put(part)),
    ),
  );
  candidate.readUs.push(
    await cpuOf(candidate, ids.length, () => inParts(ids, READ, (part) => candidate.get(part))),
  );
}

async function inParts<T>(
  items: readonly T[],
  size: number,
  work: (part: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await work(items.slice(start, start + size));
  }
}

/** Microseconds of CPU time per item, summed over the servers. */
async function cpuOf(
  { servers }: Candidate,
  items: number,
  work: () => Promise<void>,
): Promise<number> {
  const total = async () => sum(await Promise.all(servers.map(serverCpuUs)));
  const before = await total();
  await work();
  return ((await total()) - before) / items;
}

function take(source: Generator<FeatureRow>, count: number): FeatureRow[] {
  return Array.from({ length: count }, () => {
    const { value, done } = source.next();
    if (done) throw new Error('the rows have come to an end');
    return value;
  });
}

async function report(candidates: readonly Candidate[]): Promise<void> {
  const { cpu, vcpus, busyAtStart = 0 } = machine;
  const busy = `${Math.round(100 * busyAtStart)} % busy before it`;
  console.log(`${cpu}, ${vcpus} vCPU, ${busy}; ${ROUNDS} rounds of ${TWEETS} tweets\n`);
  const [base] = candidates;
  const head = [
    '',
    'µs a write',
    'ratio',
    `µs a row of ${READ}`,
    'ratio',
    'bytes a tweet',
    'fullest primary',
  ];
  const lines: string[][] = [];
  for (const { name, servers, emptyBytes, writeUs, readUs } of candidates) {
    const keys = await Promise.all(servers.map((server) => server.dbsize()));
    const bytes = ((await usedBytes(servers)) - emptyBytes) / (ROUNDS * TWEETS);
    lines.push([
      name,
      spread(summarize(writeUs), 0),
      spread(summarize(ratios(writeUs, base?.writeUs ?? [])), 2),
      spread(summarize(readUs), 1),
      spread(summarize(ratios(readUs, base?.readUs ?? [])), 2),
      bytes.toFixed(0),
      `${((100 * Math.max(...keys)) / sum(keys)).toFixed(1)} %`,
    ]);
  }
  console.log(markdownTable(head, lines));
  console.log(
    '\nUpdates of day buckets a tweet, by the number of tweets that a consumer adds up first:',
  );
  for (const { tweets, updates } of foldedUpdates(take(rows(USERS), 100_000))) {
    console.log(`- ${tweets}: ${updates.toFixed(2)}`);
  }
}

/** Of the same round. */
function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, index) => value / (base[index] ?? Number.NaN));
}

function spread({ median, lowest, highest }: Summary, digits: number): string {
  const [middle, low, high] = [median, lowest, highest].map((value) => value.toFixed(digits));
  return `${middle} (${low} to ${high})`;
}
