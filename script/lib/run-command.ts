import { spawn } from 'node:child_process';
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

/** Runs a command of the packages or of the PATH to its end, or to its time limit. */
export function runCommand(
  [file, ...args]: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandEnd> {
  const bin = [join('node_modules', '.bin'), dirname(process.execPath), process.env.PATH];
  const child = spawn(file, args, {
    stdio: ['ignore', options.output, options.output],
    env: { ...options.env, ...process.env, PATH: bin.join(delimiter) },
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill();
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
    resolve({ succeeded, timedOut, output });
  };
  child.on('error', (error) => {
    output += `${error.message}\n`;
    end(false);
  });
  child.on('close', (code) => end(code === 0));
  return promise;
}
