import type { Redis } from 'ioredis';
import type { RedisServer } from '../helpers/redis-server.ts';
import type { Toxic, Toxiproxy } from './toxiproxy.ts';

/** Target of a fault. */
export interface RedisParts {
  readonly redis: RedisServer;
  readonly admin: Redis;
  /** A second connection, for a command that blocks. */
  readonly blocked: Redis;
  /** Cuts the connection of the next reply. */
  readonly cutReply: () => void;
  readonly proxy: Toxiproxy | undefined;
}

export interface RedisFault {
  readonly name: string;
  readonly needsProxy?: boolean;
  readonly start: (parts: RedisParts) => unknown;
  readonly end: (parts: RedisParts) => unknown;
  /** The server forgets what it held, rows of the fault included. */
  readonly forgets?: boolean;
  /** The server loses what a rebuild restores. */
  readonly needsRebuild?: boolean;
  /** Wait for a purge that the fault makes fail, which takes 5 s: no late write may undo it. */
  readonly awaitsPurge?: boolean;
}

const network = (name: string, ...toxics: readonly Toxic[]): RedisFault => ({
  name,
  needsProxy: true,
  start: async ({ proxy }) => {
    for (const toxic of toxics) await proxy?.add(toxic);
  },
  end: ({ proxy }) => proxy?.clear(),
});

const latency = (latency: number, jitter = 0): Toxic => ({
  type: 'latency',
  attributes: { latency, jitter },
});

const setting = (name: string, key: string, wrong: string, right: string): RedisFault => ({
  name,
  start: ({ admin }) => admin.config('SET', key, wrong),
  end: ({ admin }) => admin.config('SET', key, right),
});

/** Deletes users, topics, their lists of tweets, and the ranking of users; rows and indexes stay. */
async function loseAggregates(admin: Redis): Promise<void> {
  const keys = await Promise.all(['tss:[ug]:*', 'tss:m[ug]:*'].map((each) => admin.keys(each)));
  await admin.del('tss:rank', ...keys.flat());
}

/** Makes the service connect again. */
const disconnectOthers = (admin: Redis) => admin.call('CLIENT', 'KILL', 'SKIPME', 'yes');

let timer: NodeJS.Timeout | undefined;
const repeatedly = (work: () => unknown, everyMs: number) => {
  timer = setInterval(work, everyMs);
};
const stopRepeating = () => clearInterval(timer);

export const REDIS_FAULTS: readonly RedisFault[] = [
  {
    name: 'killed, restarted empty',
    start: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
    awaitsPurge: true,
  },
  { name: 'frozen', start: ({ redis }) => redis.freeze(), end: ({ redis }) => redis.thaw() },
  network('replies late by 90 ms', latency(90)),
  network('replies late by 90 ± 40 ms', latency(90, 40)),
  network('replies late by 2 s', latency(2_000)),
  network('replies swallowed', { type: 'timeout', attributes: { timeout: 0 } }),
  network('requests swallowed', {
    type: 'timeout',
    stream: 'upstream',
    attributes: { timeout: 0 },
  }),
  network('1 KB/s', { type: 'bandwidth', attributes: { rate: 1 } }),
  network('replies in slices of 3 bytes', {
    type: 'slicer',
    attributes: { average_size: 3, size_variation: 1, delay: 500 },
  }),
  network('connections reset after 20 ms', { type: 'reset_peer', attributes: { timeout: 20 } }),
  {
    name: 'connections refused',
    needsProxy: true,
    start: ({ proxy }) => proxy?.enable(false),
    end: ({ proxy }) => proxy?.enable(true),
  },
  {
    name: 'a reply lost every 30 ms',
    start: ({ cutReply }) => repeatedly(cutReply, 30),
    end: stopRepeating,
  },
  setting('full (OOM)', 'maxmemory', '1', '0'),
  {
    name: 'flushed every 20 ms',
    start: ({ admin }) => repeatedly(() => admin.flushall(), 20),
    end: stopRepeating,
    forgets: true,
  },
  {
    name: 'aggregates deleted every 20 ms, then rebuilt',
    start: ({ admin }) => repeatedly(() => loseAggregates(admin), 20),
    end: async ({ admin }) => {
      stopRepeating();
      await loseAggregates(admin);
    },
    needsRebuild: true,
  },
  {
    name: 'scripts flushed every 3 ms',
    start: ({ admin }) => repeatedly(() => admin.script('FLUSH'), 3),
    end: stopRepeating,
  },
  {
    name: 'read-only replica',
    start: ({ admin }) => admin.call('REPLICAOF', '127.0.0.1', '1'),
    end: ({ admin }) => admin.call('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'replica without its primary (MASTERDOWN)',
    start: async ({ admin }) => {
      await admin.config('SET', 'replica-serve-stale-data', 'no');
      await admin.call('REPLICAOF', '127.0.0.1', '1');
    },
    end: async ({ admin }) => {
      await admin.call('REPLICAOF', 'NO', 'ONE');
      await admin.config('SET', 'replica-serve-stale-data', 'yes');
    },
  },
  {
    name: 'password set',
    start: async ({ admin }) => {
      await admin.config('SET', 'requirepass', 'secret');
      await disconnectOthers(admin);
    },
    end: ({ admin }) => admin.config('SET', 'requirepass', ''),
  },
  {
    name: 'scripts not permitted',
    start: ({ admin }) => admin.call('ACL', 'SETUSER', 'default', '-eval', '-evalsha'),
    end: ({ admin }) => admin.call('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    name: 'paused for 1.5 s',
    start: ({ admin }) => admin.client('PAUSE', 1_500),
    end: ({ admin }) => admin.ping(),
  },
  {
    name: 'a script without end (BUSY)',
    start: ({ blocked }) => {
      blocked.eval('while true do end', 0).catch(() => undefined);
    },
    end: ({ admin }) => admin.script('KILL'),
  },
  {
    name: 'no room for a connection',
    start: async ({ admin }) => {
      await admin.config('SET', 'maxclients', '1');
      await disconnectOthers(admin);
    },
    end: ({ admin }) => admin.config('SET', 'maxclients', '10000'),
  },
];
