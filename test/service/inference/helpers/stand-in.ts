import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const STAND_IN_URL = new URL('./stand-in-worker.js', import.meta.url);

/** Sequences that make the stand-in worker die. */
export const CRASH = [1, 50];
export const CRASH_ONCE = [2, 50];

/** A text that blocks its worker until the test releases it; each serial is another text. */
export function held(serial: number): number[] {
  return [4, 50, serial];
}

/** A text that is answered at once. */
export function quick(serial: number, length = 8): number[] {
  return [100 + serial, ...new Array<number>(length - 1).fill(50)];
}

/** More permits than a test has held texts. */
const OPEN = 1_000_000;

/** Control over the stand-in workers of one test. */
export class StandInWorkers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
  /** Permits that are left, held texts that are finished. */
  readonly #gate = new Int32Array(new SharedArrayBuffer(8));

  /** Passed to each worker. */
  get settings() {
    return {
      modelPath: this.#folder,
      graphOptimization: 'basic' as const,
      padId: 0,
      warmUpTokens: 0,
      gate: this.#gate,
    };
  }

  /** Held texts that workers have finished. */
  get finished(): number {
    return Atomics.load(this.#gate, 1);
  }

  /** Lets workers continue with the given number of held texts. */
  release(texts = 1): void {
    Atomics.add(this.#gate, 0, texts);
    Atomics.notify(this.#gate, 0);
  }

  /** Workers that start from now on fail. */
  makeUnloadable(): void {
    writeFileSync(join(this.#folder, 'unloadable'), '');
  }

  /** Workers that start from now on are held before they are ready. */
  holdAtStart(): void {
    writeFileSync(join(this.#folder, 'held-at-start'), '');
  }

  /** Lets every worker go on, so that it can end. */
  open(): void {
    this.release(OPEN);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
