import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { eventually } from '../helpers/eventually.ts';
import { startOnRandomPort } from '../helpers/random-port.ts';

/** As script/test builds it. */
const [BINARY = '.tools/toxiproxy'] = globSync('.tools/toxiproxy/*/server');

export const isToxiproxyBuilt = existsSync(BINARY) && BINARY.endsWith('server');

export interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'slicer' | 'timeout' | 'reset_peer';
  /** Of requests or of replies; replies by default. */
  readonly stream?: 'upstream' | 'downstream';
  readonly attributes: Readonly<Record<string, number>>;
}

/** Toxiproxy in front of one port of this machine. */
export class Toxiproxy {
  readonly port: number;
  readonly #api: string;
  readonly #process: ChildProcess;
  #toxics = 0;

  private constructor(port: number, api: string, process: ChildProcess) {
    this.port = port;
    this.#api = api;
    this.#process = process;
  }

  static async start(upstreamPort: number): Promise<Toxiproxy> {
    return startOnRandomPort(async (apiPort) => {
      const args = ['-host', '127.0.0.1', '-port', `${apiPort}`];
      const child = spawn(BINARY, args, { stdio: 'ignore' });
      process.once('exit', () => child.kill('SIGKILL'));
      const api = `http://127.0.0.1:${apiPort}`;
      await eventually(() => fetch(`${api}/version`));
      const { listen } = (await send(`${api}/proxies`, 'POST', {
        name: 'redis',
        listen: '127.0.0.1:0',
        upstream: `127.0.0.1:${upstreamPort}`,
        enabled: true,
      })) as { listen: string };
      return new Toxiproxy(Number(listen.split(':')[1]), `${api}/proxies/redis`, child);
    });
  }

  async add({ stream = 'downstream', ...toxic }: Toxic): Promise<void> {
    const name = `toxic-${this.#toxics++}`;
    await send(`${this.#api}/toxics`, 'POST', { name, stream, toxicity: 1, ...toxic });
  }

  async clear(): Promise<void> {
    // Repeated, because on a busy machine its API gives up while a late reply is on its way.
    await eventually(async () => {
      const toxics = (await send(`${this.#api}/toxics`, 'GET')) as { name: string }[];
      for (const { name } of toxics) await send(`${this.#api}/toxics/${name}`, 'DELETE');
    });
  }

  /** Refuses connections, and closes those there are, or accepts them again. */
  async enable(enabled: boolean): Promise<void> {
    await send(this.#api, 'POST', { enabled });
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

async function send(url: string, method: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`toxiproxy answered ${method} ${url} with: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
