import { describe, expect, it } from '@jest/globals';
import { judgeQuota, judgeSpotQuota, vcpuChecks } from '../../../cli/doctor/vcpu-quotas.ts';
import { readStageConfig } from '../../../lib/stage-config.ts';

const large = { stage: 'dev', taskCpu: 2048, taskMemoryMiB: 4096, maxTasks: 10 };
const service = readStageConfig(large);
const bulk = readStageConfig({ ...large, bulk: true });
const onSpot = readStageConfig({ stage: 'dev', spot: true, minTasks: 1, maxTasks: 3 });

describe('the quota of vCPUs on demand', () => {
  it('must hold a release, which runs new tasks beside the old ones', () => {
    expect(judgeQuota(40, service)).toEqual({ state: 'ok', found: '40 vCPUs, a release needs 40' });
    expect(judgeQuota(39, service)).toEqual({
      state: 'fail',
      found: '39 vCPUs, a release needs 40',
      remedy: 'Ask for 40 in Service Quotas (Fargate, L-3032A538), or lower maxTasks.',
    });
  });

  it('is a warning when it leaves no room for one task in bulk that Spot has lost', () => {
    expect(judgeQuota(44, bulk)).toMatchObject({ state: 'ok' });
    expect(judgeQuota(43, bulk)).toEqual({
      state: 'warn',
      found: '43 vCPUs, a release needs 40, a task in bulk 4 more',
      remedy: expect.stringMatching(
        /^Ask for 44 in Service Quotas \(Fargate, L-3032A538\): an item/,
      ),
    });
    expect(judgeQuota(39, bulk)).toMatchObject({ state: 'fail' });
  });
});

describe('the quota of vCPUs on Spot', () => {
  it('is checked for stages with tasks on Spot only', () => {
    const names = [service, bulk, onSpot].map((each) => vcpuChecks(each).map(({ name }) => name));
    const both = ['vCPU quota', 'Spot vCPU quota'];
    expect(names).toEqual([['vCPU quota'], both, both]);
  });

  it('must hold all tasks in bulk that run at a time', () => {
    expect(judgeSpotQuota(128, bulk)).toEqual({
      state: 'ok',
      found: '128 vCPUs, needed: 32 tasks in bulk of 4 vCPUs 128',
    });
    expect(judgeSpotQuota(6, bulk)).toEqual({
      state: 'fail',
      found: '6 vCPUs, needed: 32 tasks in bulk of 4 vCPUs 128',
      remedy: 'Ask for 128 in Service Quotas (Fargate, L-36FBB829), or lower bulkConcurrency.',
    });
  });

  it('must hold the tasks of a release beyond those that are kept on demand', () => {
    expect(judgeSpotQuota(4, onSpot)).toEqual({
      state: 'ok',
      found: '4 vCPUs, needed: a release 4',
    });
    expect(judgeSpotQuota(3, onSpot)).toMatchObject({
      state: 'fail',
      remedy: expect.stringContaining('or lower maxTasks'),
    });
  });

  it('must hold both where a stage has both', () => {
    const config = readStageConfig({ stage: 'dev', spot: true, bulk: true, bulkConcurrency: 2 });
    expect(judgeSpotQuota(10, config)).toMatchObject({ state: 'ok' });
    expect(judgeSpotQuota(9, config)).toMatchObject({
      state: 'fail',
      found: '9 vCPUs, needed: a release 2, 2 tasks in bulk of 4 vCPUs 8',
    });
  });
});
