import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const STAND_IN_URL = new URL('./stand-in-worker.js', import.meta.url);

/** Sequences that tell the stand-in worker what to do. */
export const CRASH = [1, 50];
export const CRASH_ONCE = [2, 50];
export const HANG = [3, 50];

/** Takes its worker 60 ms; different serials are different texts. */
export function slow(serial: number): number[] {
  return [4, 50, serial];
}

/** A text that is answered at once. */
export function quick(serial: number, length = 8): number[] {
  return [100 + serial, ...new Array<number>(length - 1).fill(50)];
}

/** Where the workers of one test remember what has happened. */
export class StandInFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'stand-in-'));

  /** Workers that start from now on fail. */
  makeUnloadable(): void {
    writeFileSync(join(this.path, 'unloadable'), '');
  }

  /** Workers that start from now on hang before they are ready. */
  makeHangAtStart(): void {
    writeFileSync(join(this.path, 'hangs-at-start'), '');
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  get settings() {
    return {
      modelPath: this.path,
      graphOptimization: 'basic' as const,
      padId: 0,
      warmUpLengths: [],
    };
  }
}
