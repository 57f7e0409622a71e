import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { awsTool } from './aws-tool.ts';
import { startOnRandomPort } from './random-port.ts';

/** The account of every emulated resource. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export interface Emulator {
  readonly url: string;
  /** Variables that make the AWS CLI and SDKs talk to it rather than to Amazon. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 540_000;
const STOP_TIMEOUT_MS = 540_000;

/** Nothing listens here. */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';
/** Caches and databases of the emulator are then never pulled, with or without a network. */
const NO_REGISTRY = '127.0.0.1:1';

/**
 * Starts the AWS emulator on a free port. It keeps nothing on disk.
 *
 * @param dockerHost address of a Docker engine that runs tasks of ECS; without one they are records
 * @throws Error when it is not installed, or does not start within its time.
 */
export async function startEmulator(dockerHost = NO_ENGINE): Promise<Emulator> {
  const command = awsTool('ministack');
  return startOnRandomPort((port) => startOn(port, command, dockerHost));
}

async function startOn(port: number, command: string, dockerHost: string): Promise<Emulator> {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  // Lambda functions are unpacked below this folder, and import the SDK that their runtime has.
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const child = spawn(command, [], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      GATEWAY_PORT: String(port),
      // Containers reach it by the engine's bridge.
      BIND_HOST: dockerHost === NO_ENGINE ? '127.0.0.1' : '0.0.0.0',
      TMPDIR: folder,
      DOCKER_HOST: dockerHost,
      MINISTACK_IMAGE_PREFIX: NO_REGISTRY,
    },
  });
  let log = '';
  const collect = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      await stop();
      throw new Error(`The emulator did not start:\n${log}`);
    }
    await wait(100);
  }
  return {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_S3_FORCE_PATH_STYLE: '1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
    },
    stop,
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/_ministack/health`, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
