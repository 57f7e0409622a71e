import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_TIMEOUT_MS = 540_000;
const POLL_INTERVAL_MS = 50;

/** Commands that run the shell's script, which they find in $SERVICE. */
export const BY_A_SHELL = ['sh', '-c', 'eval "$SERVICE"'] as const;
const inATerminal = (command: string) =>
  ['script', '--quiet', '--command', command, '/dev/null'] as const;
export const IN_A_TERMINAL = inATerminal('eval "$SERVICE"');
/** Writes to the terminal, but belongs to another session: closing it sends no signal. */
export const BESIDE_A_TERMINAL = inATerminal('setsid --wait sh -c "$SERVICE"');

/** The service started by a shell, whose output may go anywhere, or be lost. Linux only. */
export class ShellService {
  readonly url: string;
  /** Process id of the service itself: the shell hands on its own by `exec`. */
  readonly pid: number;
  /** The process that the command started. */
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, port: number) {
    this.child = child;
    this.pid = pid;
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * Starts it on a free port and waits until it is ready.
   *
   * @param options.redirect where the shell sends the service's output: `>/dev/full`
   */
  static async start(
    command: readonly [string, ...string[]],
    { redirect = '', nodeOptions = '' } = {},
  ): Promise<ShellService> {
    const folder = mkdtempSync(join(tmpdir(), 'shell-service-'));
    const pidFile = join(folder, 'pid');
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        MODELS_DIR: resolve('models'),
        NODE_OPTIONS: nodeOptions,
        SERVICE: `echo $$ >'${pidFile}'; exec '${process.execPath}' '${resolve('dist/main.js')}' ${redirect}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (child.exitCode === null && performance.now() < deadlineMs) {
      const pid = readPid(pidFile);
      const port = pid === undefined ? undefined : listeningPort(pid);
      if (pid !== undefined && port !== undefined) {
        const service = new ShellService(child, pid, port);
        const { ok } = await fetch(`${service.url}/readyz`).catch(() => ({ ok: false }));
        if (ok) return service;
      }
      await pause(POLL_INTERVAL_MS);
    }
    child.kill('SIGKILL');
    throw new Error(`The service is not ready (exit code ${child.exitCode}).`);
  }

  score(text: string): Promise<Response> {
    return fetch(`${this.url}/v1/inference`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts: [text] }),
    });
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Waits until the service is gone, also if it is not a child of this process. */
  async ended(): Promise<void> {
    while (isAlive(this.pid)) await pause(POLL_INTERVAL_MS);
  }

  /** Ends it whatever its state. */
  kill(): void {
    this.child.kill('SIGKILL');
    if (isAlive(this.pid)) this.signal('SIGKILL');
  }
}

/** Output of the shell so far: an id ends with its line. */
function readPid(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text.endsWith('\n') ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** The IPv4 port that a process listens on; undefined while there is none. */
function listeningPort(pid: number): number | undefined {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readLink(`/proc/${pid}/fd/${fd}`));
    const sockets = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
    for (const socket of sockets) {
      const [, local = '', , state, , , , , , inode] = socket.trim().split(/\s+/);
      const isListening = state === '0A' && links.includes(`socket:[${inode}]`);
      if (isListening) return Number.parseInt(local.split(':')[1] ?? '', 16);
    }
  } catch {
    // It has ended.
  }
  return undefined;
}

/** Descriptors may close while they are listed. */
function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** False for a process that has ended, also before its parent has asked for its status. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
