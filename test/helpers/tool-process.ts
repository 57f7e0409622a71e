import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TIMEOUT_MS = 60_000;

export interface ToolEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built command-line tool as a process of its own, without a terminal. */
export class ToolProcess {
  /** Where it runs, and leaves its state. */
  readonly folder: string;
  readonly ended: Promise<ToolEnd>;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess, ended: Promise<ToolEnd>) {
    this.folder = folder;
    this.#child = child;
    this.ended = ended;
  }

  /** @param folder another run's, to find its state there. */
  static start(
    name: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    folder = mkdtempSync(join(tmpdir(), 'tool-')),
  ): ToolProcess {
    const child = spawn(process.execPath, [resolve(`dist/cli/${name}.js`), ...args], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        output[stream] += chunk;
      });
    }
    const ended = once(child, 'close').then(([code]): ToolEnd => ({ code, ...output }));
    return new ToolProcess(folder, child, ended);
  }

  interrupt(signal: NodeJS.Signals = 'SIGINT'): void {
    this.#child.kill(signal);
  }
}
