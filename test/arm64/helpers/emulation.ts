import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';

export const EMULATOR = resolve('script/arm64');

/** Exit code of the emulator where arm64 cannot be emulated. */
export const CANNOT = 3;

/** Ends a test that hangs. Two minutes of CPU time are enough, but machines are busy. */
export const EMULATION_TIMEOUT_MS = 3_600_000;

/** Sets the emulation up, which fetches packages the first time, and prints the architecture. */
export const attempt = spawnSync(EMULATOR, ['-p', 'process.arch'], { encoding: 'utf8' });

// Not by the console, whose lines Jest drops when a whole file is skipped.
if (attempt.status === CANNOT) process.stdout.write(`Skipped: ${attempt.stderr.trim()}\n`);

/** `describe` for tests that need the emulation. */
export const describeEmulated = attempt.status === CANNOT ? describe.skip : describe;

/** Runs a program of this folder as arm64. @returns what it prints as JSON */
export async function runAsArm64<Result>(
  cpu: string,
  program: string,
  ...words: readonly string[]
): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    EMULATOR,
    ['--cpu', cpu, resolve('test/arm64/programs', program), ...words],
    { timeout: EMULATION_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout);
}
