import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerEngine } from './container-engine.ts';
import { dockerEngine } from './docker-engine.ts';
import { execute } from './execute.ts';

/** A Docker engine that runs containers on this machine. */
export interface LocalEngine {
  /** Value of the variable DOCKER_HOST. */
  readonly host: string;
  /** Copies an image here from the engine that built it. */
  load(builder: ContainerEngine, image: string): Promise<void>;
  /** Runs the command line tool. @returns its output */
  docker(...words: readonly string[]): Promise<string>;
  /** Stops the engine if this process started it. */
  stop(): Promise<void>;
}

/** Includes the installation over a slow network. */
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/**
 * Uses the Docker engine that runs here, else starts one.
 *
 * @returns the reason, as text, if neither is possible
 */
export async function localEngine(): Promise<LocalEngine | string> {
  if (process.platform !== 'linux') {
    return 'this system is not Linux, where the addresses of containers can be reached.';
  }
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  return (await answers(host)) ? engineAt(host, async () => {}) : start();
}

async function start(): Promise<LocalEngine | string> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-'));
  const log = join(folder, 'log');
  const child = spawn(resolve('script/image/run-engine'), [folder], {
    stdio: ['ignore', 'ignore', openSync(log, 'w')],
  });
  // The engine ends with this process, so it need not keep it alive.
  child.unref();
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  const host = `unix://${folder}/docker.sock`;
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(host))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      const reason = readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n');
      await stop();
      return `no Docker engine runs here, and none can be started: ${reason}`;
    }
    await pause(POLL_MS);
  }
  return engineAt(host, stop);
}

function engineAt(host: string, stop: () => Promise<void>): LocalEngine {
  const docker = (...words: readonly string[]) => execute('docker', words, { DOCKER_HOST: host });
  const load = async (builder: ContainerEngine, image: string) => {
    // Docker built the image here.
    if (builder === dockerEngine) return;
    const folder = mkdtempSync(join(tmpdir(), 'image-'));
    try {
      const archive = join(folder, 'image.tar');
      await builder.save(image, archive);
      await docker('load', '--quiet', '--input', archive);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return { host, load, docker, stop };
}

function answers(host: string): Promise<boolean> {
  return execute('docker', ['info'], { DOCKER_HOST: host }).then(
    () => true,
    () => false,
  );
}
