import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CpuFamily, cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import { CliError } from '../kit/errors.ts';
import { type ScoringRequest, scoreHere } from './score-here.ts';

const EMULATOR = fileURLToPath(new URL('../../script/arm64', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./score-sequences.ts', import.meta.url));

/** Emulation is 10 to 30 times slower than a CPU. */
const EMULATION_TIMEOUT_MS = 60 * 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Probabilities of each sequence, by CPU. */
export type ScoresByCpu = readonly [number[][], ...number[][][]];

/**
 * Scores sequences on each CPU of a family that this machine is or emulates.
 *
 * @returns undefined where no machine of another family emulates it
 * @throws CliError where the emulation fails, or cannot be set up on this system
 */
export async function scoreOnFamily(
  family: CpuFamily,
  request: ScoringRequest,
): Promise<ScoresByCpu | undefined> {
  if (family === cpuFamilyOf(process.arch)) return [await scoreHere(request)];
  if (family !== 'arm64') return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'scoring-'));
  const failed = new AbortController();
  try {
    const path = join(folder, 'request.json');
    await writeFile(path, JSON.stringify(request));
    return await Promise.all([
      emulate('neoverse-n1', path, failed.signal),
      emulate('max', path, failed.signal),
    ]);
  } finally {
    // The other emulator would go on for up to an hour.
    failed.abort();
    await rm(folder, { recursive: true });
  }
}

/** @param cpu neoverse-n1 has the features of AWS Graviton2, max those that later CPUs add */
async function emulate(cpu: string, requestPath: string, signal: AbortSignal): Promise<number[][]> {
  const limits = { timeout: EMULATION_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, signal };
  const words = ['--cpu', cpu, PROGRAM, requestPath];
  try {
    const { stdout } = await promisify(execFile)(EMULATOR, words, limits);
    return JSON.parse(stdout);
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new CliError(said || `The emulation of ${cpu} failed: ${String(cause)}`, { cause });
  }
}
