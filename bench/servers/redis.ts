import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotRun } from '../cannot-run.ts';
import { freePort } from './server-process.ts';

const START_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** Runs `use` with a private Redis (or Valkey) server without persistence. */
export async function withRedis<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = await startRedis();
  try {
    return await use(`redis://127.0.0.1:${server.port}`);
  } finally {
    await server.stop();
  }
}

/** Runs `use` with a cluster of primaries without replicas, each with its share of the slots. */
export async function withRedisCluster<T>(
  primaries: number,
  use: (ports: readonly number[]) => Promise<T>,
): Promise<T> {
  const servers: RedisProcess[] = [];
  try {
    for (let index = 0; index < primaries; index++) {
      const busPort = await freePort();
      servers.push(await startRedis({ 'cluster-enabled': 'yes', 'cluster-port': busPort }));
    }
    const ports = servers.map(({ port }) => port);
    const addresses = ports.map((port) => `127.0.0.1:${port}`);
    execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
    return await use(ports);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

interface RedisProcess {
  readonly port: number;
  stop(): Promise<void>;
}

async function startRedis(
  more: Readonly<Record<string, string | number>> = {},
): Promise<RedisProcess> {
  const command = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (!command) throw new CannotRun('neither redis-server nor valkey-server is installed');
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir, ...more };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(command, args, { stdio: 'ignore' });
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(dir, { recursive: true });
  };
  try {
    await listening(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

async function listening(port: number): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < endMs) {
    const socket = connect({ host: '127.0.0.1', port });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    const answered = await promise;
    socket.destroy();
    if (answered) return;
    await new Promise((again) => setTimeout(again, POLL_MS));
  }
  throw new Error(`the Redis server did not listen within ${START_TIMEOUT_MS} ms`);
}
