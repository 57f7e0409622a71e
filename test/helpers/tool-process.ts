import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from './eventually.ts';

const TIMEOUT_MS = 540_000;

/** Node's arguments for `tss`, as script/tss gives them, but without .env. */
export const TSS = [resolve('cli/tss.ts')];

/** As in script/tss: half the time of a start is compilation. */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compile') };

export interface ToolEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  /** The whole environment of the process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Working folder, such as that of an earlier run; a new one by default. */
  readonly folder?: string;
  readonly timeoutMs?: number;
}

/** A run of `tss` without a terminal. */
export class ToolProcess {
  readonly folder: string;
  readonly child: ChildProcess;
  readonly ended: Promise<ToolEnd>;

  private constructor(folder: string, child: ChildProcess, ended: Promise<ToolEnd>) {
    this.folder = folder;
    this.child = child;
    this.ended = ended;
  }

  /** @param words arguments of `tss` */
  static start(words: readonly string[], options: ToolOptions = {}): ToolProcess {
    const {
      environment = {},
      folder = mkdtempSync(join(tmpdir(), 'tool-')),
      timeoutMs = TIMEOUT_MS,
    } = options;
    const child = spawn(process.execPath, [...TSS, ...words], {
      cwd: folder,
      env: { ...COMPILE_CACHE, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
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
    this.child.kill(signal);
  }

  /** Ends the process as Ctrl-C does once a file exists, such as the state after the first page. */
  async interruptOnce(file: string): Promise<ToolEnd> {
    await eventually(async () => {
      if (!existsSync(file)) throw new Error(`${file} does not exist`);
    });
    this.interrupt();
    return this.ended;
  }

  /** Ends the process by a signal once its stderr matches. @throws Error when it never does */
  async killWhen(pattern: RegExp, signal: NodeJS.Signals = 'SIGKILL'): Promise<ToolEnd> {
    let shown = '';
    let isSeen = false;
    this.child.stderr?.on('data', (text: string) => {
      shown += text;
      if (isSeen || !pattern.test(shown)) return;
      isSeen = true;
      this.child.kill(signal);
    });
    const end = await this.ended;
    if (!isSeen) throw new Error(`the command ended without ${pattern}:\n${shown}`);
    return end;
  }
}

/** Runs `tss` to its end. */
export function runTool(words: readonly string[], options: ToolOptions = {}): Promise<ToolEnd> {
  return ToolProcess.start(words, options).ended;
}
