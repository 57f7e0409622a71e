import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

export interface CommandOptions {
  /** `inherit` shows the output as it comes; `pipe` collects it. */
  readonly output: 'inherit' | 'pipe';
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandEnd {
  readonly succeeded: boolean;
  readonly timedOut: boolean;
  /** stdout and stderr where they were collected, and why the command could not run. */
  readonly output: string;
}

/** Time to end on SIGTERM, before SIGKILL. */
const GRACE_MS = 30_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command of the packages or of the PATH to its end, or to its time limit. The limit, and a signal to this
 * process, end what the command has started, too.
 */
export function runCommand(
  [file, ...args]: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandEnd> {
  const bin = [join('node_modules', '.bin'), dirname(process.execPath), process.env.PATH];
  // Before the start: a signal would end this process alone.
  const pass = (signal: NodeJS.Signals) => {
    signalGroup(child, signal);
    for (const each of SIGNALS) process.off(each, pass);
    process.kill(process.pid, signal);
  };
  for (const each of SIGNALS) process.on(each, pass);
  const child = spawn(file, args, {
    stdio: ['ignore', options.output, options.output],
    env: { ...options.env, ...process.env, PATH: bin.join(delimiter) },
    // In a separate process group, which can be signaled as a whole.
    detached: true,
  });
  let timedOut = false;
  let timer = setTimeout(() => {
    timedOut = true;
    signalGroup(child, 'SIGTERM');
    timer = setTimeout(() => {
      signalGroup(child, 'SIGKILL');
      // A process in a separate session gets no signal, and may hold the pipes.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, GRACE_MS);
  }, options.timeoutMs);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const { promise, resolve } = Promise.withResolvers<CommandEnd>();
  const end = (succeeded: boolean) => {
    clearTimeout(timer);
    // Processes that have outlived the command itself.
    if (timedOut) signalGroup(child, 'SIGKILL');
    for (const each of SIGNALS) process.off(each, pass);
    resolve({ succeeded, timedOut, output });
  };
  child.on('error', (error) => {
    output += `${error.message}\n`;
    end(false);
  });
  child.on('close', (code) => end(code === 0));
  return promise;
}

/** Signals a command and what it has started. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of them have ended.
  }
}
