import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { docker } from './docker.ts';
import { execute } from './execute.ts';

/** A Docker engine that answers. */
export interface Engine {
  /** Stops the engine if this process started it. */
  stop(): Promise<void>;
}

/** Includes the installation over a slow network. */
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/**
 * Uses the Docker engine that answers, else starts one and sets DOCKER_HOST for this process and
 * those that it starts.
 *
 * @returns the reason, as text, if neither is possible
 * @throws Error when an engine that was started gets no base image
 */
export async function startEngine(): Promise<Engine | string> {
  if (await answers()) return { stop: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'docker-'));
  const log = join(folder, 'log');
  const child = spawn(resolve('script/image/run-engine'), [folder], {
    stdio: ['ignore', 'ignore', openSync(log, 'w')],
  });
  // The engine ends with this process, so it need not keep it alive.
  child.unref();
  const stop = async () => {
    await end(child);
    await unmount(join(folder, 'exec/netns/default'));
    rmSync(folder, { recursive: true, force: true });
  };
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = `unix://${folder}/docker.sock`;
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await answers())) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      restore(before);
      const reason = readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n');
      await stop();
      // The installation has started a service.
      if (await answers()) return { stop: async () => {} };
      return `no Docker engine answers, and none can be started: ${reason}`;
    }
    await pause(POLL_MS);
  }
  await execute('script/image/prepare', []);
  return { stop };
}

function restore(host: string | undefined): void {
  if (host === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = host;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

/** Frees the namespace of containers without a network, which dockerd leaves mounted. */
async function unmount(path: string): Promise<void> {
  if (existsSync(path)) await execute('umount', [path]).catch(() => undefined);
}

function answers(): Promise<boolean> {
  return docker('info').then(
    () => true,
    () => false,
  );
}
