import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { startOnRandomPort } from './random-port.ts';

const BINARIES = ['redis-server', 'valkey-server'];
/**
 * Options of a server that keeps its data when its process is killed. Each write reaches the file before
 * the reply; a slow disk delays none.
 */
export const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'no'] as const;

const START_TIMEOUT_MS = 540_000;
const STOP_TIMEOUT_MS = 540_000;

/**
 * A real Redis or Valkey on a free port, without persistence unless the options ask for it. One
 * server may serve a whole test file, each test with a different key prefix.
 */
export class RedisServer {
  readonly port: number;
  readonly #args: readonly string[];
  readonly #directory: string;
  #process: ChildProcess;

  private constructor(
    port: number,
    args: readonly string[],
    directory: string,
    process: ChildProcess,
  ) {
    this.port = port;
    this.#args = args;
    this.#directory = directory;
    this.#process = process;
  }

  /** @param args further server options, such as `['--requirepass', 'secret']`. */
  static async start(args: readonly string[] = []): Promise<RedisServer> {
    const directory = mkdtempSync(join(tmpdir(), 'redis-server-'));
    return startOnRandomPort(
      async (port) => new RedisServer(port, args, directory, await launch(port, args, directory)),
    );
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends the server as a crash would, without a word to its clients. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** Stops the process in its tracks: connections stay open, nothing is answered. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Starts a killed server again on the same port, with what it persisted. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = await launch(this.port, this.#args, this.#directory);
  }

  /** Ends the server for good and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function launch(
  port: number,
  args: readonly string[],
  directory: string,
): Promise<ChildProcess> {
  const server = spawn(
    findBinary(),
    [
      ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const endWithUs = () => server.kill('SIGKILL');
  process.once('exit', endWithUs);
  server.once('exit', () => process.removeListener('exit', endWithUs));

  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (what: string) =>
    reject(new Error(`${server.spawnfile} ${what}. It said:\n${lines.join('\n')}`));
  const timer = setTimeout(() => fail(`was not ready in ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
  server.once('error', reject);
  server.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
  createInterface({ input: server.stdout }).on('line', (line) => {
    if (lines.length < 50) lines.push(line);
    if (line.includes('Ready to accept connections')) resolve();
  });
  try {
    await promise;
    return server;
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function findBinary(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of BINARIES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(
    `This test needs a real server: neither ${BINARIES.join(' nor ')} is on the PATH. ` +
      'Install one, for example with: apt-get install -y redis-server',
  );
}
