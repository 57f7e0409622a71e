import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpuCount } from '../../../../service/inference/workers/cpu-count.ts';

let cgroup: string;
beforeEach(async () => {
  cgroup = await mkdtemp(join(tmpdir(), 'cgroup-'));
});
afterEach(() => rm(cgroup, { recursive: true }));

async function writeV1(quotaUs: string, periodUs: string): Promise<void> {
  await mkdir(join(cgroup, 'cpu'));
  await writeFile(join(cgroup, 'cpu/cpu.cfs_quota_us'), quotaUs);
  await writeFile(join(cgroup, 'cpu/cpu.cfs_period_us'), periodUs);
}

describe('counting CPUs', () => {
  const host = availableParallelism();

  it.each([
    ['one and a half CPUs are one worker', '150000 100000\n', 1],
    ['a fraction of a CPU is still one worker', '25000 100000\n', 1],
    ['no quota means the host', 'max 100000\n', host],
    ['a quota beyond the host means the host', '99900000 100000\n', host],
    ['an empty file means the host', '', host],
  ])('cgroup v2: %s', async (_, content, cpus) => {
    await writeFile(join(cgroup, 'cpu.max'), content);
    expect(await cpuCount(cgroup)).toBe(cpus);
  });

  it('cgroup v1: a quota', async () => {
    await writeV1('100000\n', '100000\n');
    expect(await cpuCount(cgroup)).toBe(1);
  });

  it('cgroup v1: no quota means the host', async () => {
    await writeV1('-1\n', '100000\n');
    expect(await cpuCount(cgroup)).toBe(host);
  });

  it('no cgroup means the host', async () => {
    expect(await cpuCount(join(cgroup, 'none'))).toBe(host);
  });
});
