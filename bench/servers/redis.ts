import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotRun } from '../cannot-run.ts';
import { freePort } from './server-process.ts';

const START_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** Runs `use` with a Redis (or Valkey) server of its own, which keeps nothing. */
export async function withRedis<T>(use: (url: string) => Promise<T>): Promise<T> {
  const command = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (!command) throw new CannotRun('neither redis-server nor valkey-server is installed');
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(command, args, { stdio: 'ignore' });
  const ended = once(child, 'close');
  try {
    await listening(port);
    return await use(`redis://127.0.0.1:${port}`);
  } finally {
    child.kill();
    await ended;
    rmSync(dir, { recursive: true });
  }
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
