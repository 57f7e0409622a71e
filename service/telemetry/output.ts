import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Bytes that wait while the output accepts none; further lines are dropped. */
const MAX_PENDING_BYTES = 1024 * 1024;
/** Interval of attempts to write while the output accepts nothing. */
const RETRY_MS = 100;
/** Interval of attempts while the process waits to end. */
const FLUSH_RETRY_MS = 10;

interface OutputOptions {
  /** Writes to a non-blocking descriptor and returns the number of accepted bytes. */
  readonly write?: (bytes: Buffer) => number;
  readonly maxPendingBytes?: number;
}

/**
 * Standard output for lines of the log and the metrics. A write never waits: while a terminal is
 * paused, a pipe is full or a disk has no space, a bounded number of bytes is kept and further
 * lines are dropped and counted.
 */
export class Output {
  readonly #write: (bytes: Buffer) => number;
  readonly #maxPendingBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #droppedLines = 0;
  #retry: NodeJS.Timeout | undefined;

  /** Called for each dropped line. */
  onDrop: () => void = () => undefined;
  /** Called with the number of dropped lines when the output accepts lines again. */
  onRecovery: (droppedLines: number) => void = () => undefined;

  constructor({ write, maxPendingBytes = MAX_PENDING_BYTES }: OutputOptions = {}) {
    this.#write = write ?? nonBlockingStdout();
    this.#maxPendingBytes = maxPendingBytes;
  }

  /** Writes whole lines, or keeps them for later, or drops them. */
  write(lines: string): void {
    const bytes = Buffer.from(lines);
    if (this.#pendingBytes + bytes.length > this.#maxPendingBytes) {
      this.#droppedLines += 1;
      this.onDrop();
      return;
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#retry === undefined) this.#writePending();
  }

  /** Waits a bounded time until everything is written; gives up at once if the output is gone. */
  async flush(withinMs: number): Promise<void> {
    const endMs = performance.now() + withinMs;
    while (this.#writePending() === 'blocked' && performance.now() < endMs) {
      await pause(FLUSH_RETRY_MS);
    }
  }

  #writePending(): 'empty' | 'blocked' | 'failed' {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    try {
      for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
        const accepted = this.#write(next);
        this.#pendingBytes -= accepted;
        if (accepted < next.length) this.#pending[0] = next.subarray(accepted);
        else this.#pending.shift();
      }
    } catch (error) {
      this.#retry = setTimeout(() => this.#writePending(), RETRY_MS).unref();
      return isBlocked(error) ? 'blocked' : 'failed';
    }
    this.#reportDrops();
    return 'empty';
  }

  #reportDrops(): void {
    const droppedLines = this.#droppedLines;
    if (droppedLines === 0) return;
    this.#droppedLines = 0;
    this.onRecovery(droppedLines);
  }
}

/**
 * Writes to standard output, made non-blocking together with standard error, to which Node and
 * native libraries write. Files have no such mode and need none.
 */
function nonBlockingStdout(): (bytes: Buffer) => number {
  for (const stream of [process.stdout, process.stderr]) {
    // Node offers this on the handle only, and opens terminals in blocking mode.
    const { _handle: handle } = stream as { _handle?: { setBlocking?(on: boolean): void } };
    handle?.setBlocking?.(false);
  }
  const { fd } = process.stdout;
  return (bytes) => writeSync(fd, bytes);
}

function isBlocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
