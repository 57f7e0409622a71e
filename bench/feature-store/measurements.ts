import type { Redis } from 'ioredis';
import { quantile } from '../../cli/kit/statistics.ts';

/** Cost of an operation. */
export interface Cost {
  readonly name: string;
  /** As a caller sees it, one after the other. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server, which does one thing at a time. */
  readonly serverUs: number;
}

/** Bytes that a tweet costs in keys of one kind. */
export interface Share {
  readonly kind: string;
  readonly keys: number;
  readonly bytesPerTweet: number;
}

const KINDS: Readonly<Record<string, string>> = {
  t: 'row',
  i: 'index',
  u: 'aggregates of users',
  mu: "users' tweets",
  g: 'aggregates of topics',
  mg: "topics' tweets",
  n: 'usernames',
  rank: 'ranking',
  due: 'ends of first buckets',
  x: 'tombstones',
};

const MAX_ATTEMPTS = 10;

/** One of this many keys is weighed. */
const SAMPLE = 20;

/** Runs an operation `times` times, one after the other. */
export async function costOf(
  name: string,
  admin: Redis,
  times: number,
  operation: (index: number) => Promise<unknown>,
): Promise<Cost> {
  await patiently(() => operation(0));
  const beforeUs = await serverCpuUs(admin);
  const durationsMs: number[] = [];
  for (let index = 1; index <= times; index++) {
    const startMs = performance.now();
    await patiently(() => operation(index));
    durationsMs.push(performance.now() - startMs);
  }
  return {
    name,
    p50Ms: quantile(durationsMs, 0.5),
    p99Ms: quantile(durationsMs, 0.99),
    serverUs: ((await serverCpuUs(admin)) - beforeUs) / times,
  };
}

/** CPU time of the thread that runs commands, which other processes do not disturb. */
export async function serverCpuUs(admin: Redis): Promise<number> {
  const info = await admin.info('cpu');
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  const both = ['used_cpu_user_main_thread', 'used_cpu_sys_main_thread'].map(seconds);
  return both.reduce((sum, each) => sum + each, 0) * 1e6;
}

/** A busy machine may make the store give up on a connection; tried again, not hidden. */
export async function patiently<T>(operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
      process.stderr.write(`  again: ${String(error)}\n`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Operations a second with a number of concurrent callers. */
export async function perSecond(
  callers: number,
  durationMs: number,
  operation: () => Promise<unknown>,
): Promise<number> {
  const startMs = performance.now();
  let done = 0;
  const call = async () => {
    while (performance.now() - startMs < durationMs) {
      await patiently(operation);
      done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (done * 1_000) / (performance.now() - startMs);
}

export async function usedMemory(admin: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1]);
}

/** Memory of the keys of each kind, estimated from a sample. */
export async function sharesOf(admin: Redis, prefix: string, tweets: number): Promise<Share[]> {
  const kinds = new Map<string, { keys: number; weighed: number; bytes: number }>();
  for await (const batch of admin.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    const pipeline = admin.pipeline();
    const weighed: { keys: number; weighed: number; bytes: number }[] = [];
    for (const key of batch as string[]) {
      const kind = /^[a-z]+/.exec(key.slice(prefix.length))?.[0] ?? '';
      const sums = kinds.get(kind) ?? { keys: 0, weighed: 0, bytes: 0 };
      kinds.set(kind, sums);
      if (sums.keys++ % (kind === 'mg' || kind === 'g' ? 1 : SAMPLE) !== 0) continue;
      pipeline.call('MEMORY', 'USAGE', key, 'SAMPLES', '50');
      weighed.push(sums);
    }
    const replies = (await pipeline.exec()) ?? [];
    replies.forEach(([, bytes], index) => {
      const sums = weighed[index];
      if (!sums) return;
      sums.weighed++;
      sums.bytes += Number(bytes);
    });
  }
  return [...kinds]
    .map(([kind, { keys, weighed, bytes }]) => ({
      kind: KINDS[kind] ?? kind,
      keys,
      bytesPerTweet: (bytes / weighed) * (keys / tweets),
    }))
    .sort((a, b) => b.bytesPerTweet - a.bytesPerTweet);
}
