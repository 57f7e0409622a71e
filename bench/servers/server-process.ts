import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { CannotRun } from '../cannot-run.ts';

const STOP_TIMEOUT_MS = 30_000;
const ASK_TIMEOUT_MS = 600_000;
const POLL_MS = 5;
const OUTPUT_KEPT = 4_000;

export interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Folder in which it runs; absent: this process's. */
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 once the server is ready. */
  readonly readyPath: string;
  readonly port: number;
  readonly startTimeoutMs: number;
}

/** A server under test, or a peer of it, as a separate process. */
export class ServerProcess {
  readonly port: number;
  /** From the start of the process to the first 200 of its ready path. */
  readonly startMs: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(
    port: number,
    startMs: number,
    child: ChildProcess,
    exited: Promise<unknown>,
  ) {
    this.port = port;
    this.startMs = startMs;
    this.#child = child;
    this.#exited = exited;
  }

  /**
   * Starts it and waits until it is ready. Its standard output is discarded: reading one line per
   * request would take CPU from the machine under test.
   */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const startedMs = performance.now();
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH ?? '', ...options.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      errors = (errors + chunk).slice(-OUTPUT_KEPT);
    });
    let over = false;
    const exited = once(child, 'exit').then(() => {
      over = true;
    });
    child.once('error', (error) => {
      errors += error.message;
      over = true;
    });
    while (!(await isReady(options.port, options.readyPath))) {
      const waitedMs = performance.now() - startedMs;
      if (over || waitedMs > options.startTimeoutMs) {
        child.kill('SIGKILL');
        const name = [options.command, ...options.args].join(' ');
        throw new Error(`${name} was not ready after ${Math.round(waitedMs)} ms:\n${errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return new ServerProcess(options.port, performance.now() - startedMs, child, exited);
  }

  /** Private memory in bytes: neither files nor shared. */
  get anonymousBytes(): number {
    return anonymousBytesOf(this.#child.pid ?? 0);
  }

  /** Memory in bytes, with its share of what other processes map, too. */
  get proportionalBytes(): number {
    return proportionalBytesOf(this.#child.pid ?? 0);
  }

  /** `proportionalBytes` of the process and of all that it has started. */
  get proportionalBytesOfAll(): number {
    return processesUnder(this.#child.pid ?? 0).reduce(
      (sum, pid) => sum + proportionalBytesOf(pid),
      0,
    );
  }

  /** CPU time of all its threads since its start. */
  get cpuMs(): number {
    return cpuMsOf(this.#child.pid ?? 0);
  }

  /** Sends a message to the probe inside and waits for its answer. */
  async ask(question: object): Promise<unknown> {
    this.#child.send(question);
    const [answer] = await once(this.#child, 'message', {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    return answer;
  }

  /** Ends it, and what it has started: the workers of some servers outlive them. */
  async stop(): Promise<void> {
    const started = processesUnder(this.#child.pid ?? 0).slice(1);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
    started.forEach(killIfAlive);
  }
}

/** A port without a listener at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

function anonymousBytesOf(pid: number): number {
  return memoryOf(pid, 'status', 'RssAnon');
}

/** Proportional set size of a process. */
export function proportionalBytesOf(pid: number): number {
  return memoryOf(pid, 'smaps_rollup', 'Pss');
}

/** The process and its descendants, as far as /proc tells them. */
function processesUnder(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap((child) => processesUnder(Number(child)))];
}

function childrenOf(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).flatMap((thread) =>
      readFileSync(`${tasks}/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function memoryOf(pid: number, file: 'status' | 'smaps_rollup', field: 'RssAnon' | 'Pss'): number {
  const path = `/proc/${pid}/${file}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CannotRun('memory is read from /proc, which only Linux has');
  }
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (kilobytes === undefined) throw new Error(`${path} has no ${field}`);
  return Number(kilobytes) * 1024;
}

/** Linux counts in hundredths of a second, whatever its timer. */
const MS_PER_TICK = 10;

function cpuMsOf(pid: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    throw new CannotRun('CPU time is read from /proc, which only Linux has');
  }
  // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

async function isReady(port: number, path: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(1_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
