import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/** Folder with the container's CPU quota, for cgroup v2 and v1. */
const CGROUP = '/sys/fs/cgroup';

/**
 * Number of CPUs this process may keep busy: whole CPUs of the container's quota, at least one;
 * without a quota, the CPUs it may run on.
 */
export async function cpuCount(cgroup: string = CGROUP): Promise<number> {
  const quota = (await quotaV2(cgroup)) ?? (await quotaV1(cgroup));
  const available = availableParallelism();
  return quota === null ? available : Math.max(1, Math.min(available, Math.floor(quota)));
}

/** "max 100000" or "150000 100000": microseconds of CPU per period. */
async function quotaV2(cgroup: string): Promise<number | null> {
  const [quota, period] = (await read(`${cgroup}/cpu.max`)).split(' ');
  return toCpus(quota, period);
}

/** A quota of -1 means no limit. */
async function quotaV1(cgroup: string): Promise<number | null> {
  return toCpus(
    await read(`${cgroup}/cpu/cpu.cfs_quota_us`),
    await read(`${cgroup}/cpu/cpu.cfs_period_us`),
  );
}

function toCpus(quota: string | undefined, period: string | undefined): number | null {
  const cpus = Number(quota || Number.NaN) / Number(period || Number.NaN);
  return Number.isFinite(cpus) && cpus > 0 ? cpus : null;
}

async function read(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return '';
  }
}
