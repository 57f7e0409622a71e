import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { containerCommand } from '../../script/image/lib/container-command.ts';
import { MALLOC_ENVIRONMENT, NODE_ARGUMENTS } from '../../service/contract/node-arguments.ts';
import { eventually } from './eventually.ts';

const START_TIMEOUT_MS = 540_000;
/** By default a busy machine does not decide who gets an answer. */
const PATIENCE = {
  SINGLE_DEADLINE_MS: '60000',
  BATCH_DEADLINE_MS: '60000',
  TWEET_SOURCE_TIMEOUT_MS: '50000',
  REQUEST_READ_TIMEOUT_MS: '60000',
};
/** With an emulator: a minute of CPU time. */
const EMULATED_START_TIMEOUT_MS = 3_600_000;

export interface LaunchOptions {
  /** Folder that the service may write to where it runs in a container. */
  readonly writable?: string;
  /** Command that runs Node as another architecture; the service's files are its arguments. */
  readonly emulator?: string;
}

export interface ServiceEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built service as a separate process, as users run it. */
export class ServiceProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<ServiceEnd>;
  readonly #output: () => string;

  private constructor(
    url: string,
    child: ChildProcess,
    ended: Promise<ServiceEnd>,
    output: () => string,
  ) {
    this.url = url;
    this.child = child;
    this.ended = ended;
    this.#output = output;
  }

  /**
   * Starts the service on a free port with nothing but the given environment and long times for
   * requests, and waits until it listens. Its working directory is empty, so that no `.env` is read.
   */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    options: LaunchOptions = {},
  ): Promise<ServiceProcess> {
    const { child, ended, output } = launch(
      { LOG_LEVEL: 'info', ...PATIENCE, ...environment },
      options,
    );
    const { promise: address, resolve: listening, reject } = Promise.withResolvers<string>();
    const look = () => {
      const line = /Serving on (http[^;]+);/.exec(output());
      if (line?.[1]) listening(line[1]);
    };
    child.stdout?.on('data', look);
    void ended.then(({ code }) =>
      reject(new Error(`the service ended with ${code}:\n${output()}`)),
    );
    const limitMs = options.emulator === undefined ? START_TIMEOUT_MS : EMULATED_START_TIMEOUT_MS;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the service did not listen within ${limitMs} ms:\n${output()}`));
    }, limitMs);
    try {
      return new ServiceProcess(await address, child, ended, output);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs the service expecting it to end by itself, as with a wrong configuration. */
  static async runToEnd(
    environment: Readonly<Record<string, string>>,
  ): Promise<ServiceEnd & { readonly output: string }> {
    const { child, ended, output } = launch(environment);
    const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
    const end = await ended;
    clearTimeout(timer);
    return { ...end, output: output() };
  }

  /** Everything written to stdout and stderr so far. */
  get output(): string {
    return this.#output();
  }

  /** The JSON lines of the log so far. */
  get log(): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Sends SIGTERM unless told otherwise, and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ServiceEnd> {
    this.child.kill(signal);
    return this.ended;
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /** As `get`, asked again while Redis does not answer in time, as happens on a busy machine. */
  getStored(path: string, init: RequestInit = {}): Promise<Response> {
    return eventually(async () => {
      const response = await this.get(path, init);
      if (response.status === 503) throw new Error(`${path} is answered with 503`);
      return response;
    });
  }

  tweet(url: string, init: RequestInit = {}): Promise<Response> {
    return this.get(`/v1/inference?tweetUrl=${encodeURIComponent(url)}`, init);
  }
}

function launch(environment: Readonly<Record<string, string>>, options: LaunchOptions = {}) {
  const { words, env } = serviceCommand({ PORT: '0', ...environment }, options);
  const [file, ...args] = words;
  const child = spawn(file, args, {
    cwd: mkdtempSync(join(tmpdir(), 'service-')),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = once(child, 'close').then(([code, signal]): ServiceEnd => ({ code, signal }));
  return { child, ended, output: () => output };
}

/** The bundle, or a container of the image where script/image/test.ts says so. */
function serviceCommand(
  environment: Readonly<Record<string, string>>,
  options: LaunchOptions,
): { words: [file: string, ...args: string[]]; env: NodeJS.ProcessEnv } {
  const { emulator } = options;
  const env = { ...MALLOC_ENVIRONMENT, MODELS_DIR: resolve('models'), ...environment };
  const program = resolve('dist/main.js');
  if (emulator !== undefined) {
    // The emulator is a shell script.
    return {
      words: [emulator, ...NODE_ARGUMENTS, program],
      env: { PATH: process.env.PATH, ...env },
    };
  }
  const image = process.env.SERVICE_IMAGE;
  if (image !== undefined) {
    const words = containerCommand(image, environment, options);
    return { words, env: process.env };
  }
  return { words: [process.execPath, ...NODE_ARGUMENTS, program], env };
}
