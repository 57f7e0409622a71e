import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What decides the speed of INT8 and of everything else. */
export interface Machine {
  readonly cpu: string;
  readonly vcpus: number;
  /** Instruction sets in use by the model's arithmetic. */
  readonly flags: readonly string[];
  readonly memoryGiB: number;
  readonly node: string;
  readonly onnxruntime: string;
  readonly commit: string;
  /** Average load of the last minute at the start: above 0.3, something else was running. */
  readonly loadAtStart: number;
}

const FLAGS = ['avx2', 'avx512f', 'avx_vnni', 'avx512_vnni', 'amx_int8', 'asimddp', 'i8mm'];

export function describeMachine(): Machine {
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
    loadAtStart: loadavg()[0] ?? 0,
  };
}

/** Whether the CPU multiplies 8-bit integers four at a time. */
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
