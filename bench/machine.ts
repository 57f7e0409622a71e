import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Properties of the machine that decide its speed. */
export interface Machine {
  readonly cpu: string;
  readonly vcpus: number;
  /** Instruction sets in use by the model's arithmetic. */
  readonly flags: readonly string[];
  readonly memoryGiB: number;
  readonly node: string;
  readonly onnxruntime: string;
  readonly commit: string;
  /** Share of the vCPUs in use before the start, 0 to 1. Absent in the oldest files. */
  readonly busyAtStart?: number;
}

const BUSY_SAMPLE_MS = 1_000;

const FLAGS = ['avx2', 'avx512f', 'avx_vnni', 'avx512_vnni', 'amx_int8', 'asimddp', 'i8mm'];

/** Takes a second, during which the caller must stay idle. */
export async function describeMachine(): Promise<Machine> {
  const runtime = JSON.parse(
    readFileSync(new URL('../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8'),
  );
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    vcpus: availableParallelism(),
    flags: cpuFlags().filter((flag) => FLAGS.includes(flag)),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    onnxruntime: runtime.version,
    commit: commit(),
    busyAtStart: await busyShare(),
  };
}

async function busyShare(): Promise<number> {
  const before = cpuTimes();
  await setTimeout(BUSY_SAMPLE_MS);
  const after = cpuTimes();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

/** Milliseconds of all vCPUs since they were started. */
function cpuTimes(): { idle: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.flatMap((time) => Object.values(time));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(all) };
}

/** True if the CPU multiplies 8-bit integers four at a time. */
export function hasVnni(): boolean {
  return cpuFlags().some((flag) => ['avx_vnni', 'avx512_vnni'].includes(flag));
}

function cpuFlags(): string[] {
  try {
    const info = readFileSync('/proc/cpuinfo', 'utf8');
    return /^(?:flags|Features)\s*:(.*)$/m.exec(info)?.[1]?.trim().split(' ') ?? [];
  } catch {
    return [];
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
