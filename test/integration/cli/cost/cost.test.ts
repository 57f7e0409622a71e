import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { estimateCost } from '../../../../cli/cost/estimate.ts';
import { readStageConfig } from '../../../../lib/stage-config.ts';
import { runTool } from '../../../helpers/tool-process.ts';

const PROD = readStageConfig({
  stage: 'prod',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc',
});
const AT_REST = { requestsPerDay: 0, hitRate: 0, predictionsPerSecondPerVcpu: 187 };

const cost = (...args: string[]) => runTool(['cost', ...args]);

describe('tss cost', () => {
  const EXAMPLE = ['--stage', 'prod', '--requests-per-day', '1000000', '--hit-rate', '0.8'];

  it('warns that the node of the preset does not hold a load, and prices the one that does', async () => {
    const { stdout } = await cost(...EXAMPLE);
    expect(stdout).toContain(
      "WARNING: The store grows to 59 GB; cache.m7g.large holds 5.1 GB beside ElastiCache's reserve.",
    );
    expect(stdout).toContain(
      'Use -c valkeyNodeType=cache.r7g.4xlarge ($2,040.50 a month for 2), or keep less with',
    );
  });

  it('has an example in the README that needs no warning', async () => {
    const [, command = ''] =
      readFileSync('README.md', 'utf8').match(/`npx tss cost (--stage prod --req[^`]+)`/) ?? [];
    const args = command.split(/\s+/);
    expect(args).toEqual(expect.arrayContaining(EXAMPLE));
    const { code, stdout } = await cost(...args);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('WARNING')]);
  });

  it('tells how many vCPUs a release needs', async () => {
    const { stdout } = await cost('--stage', 'prod', '-c', 'maxTasks=20');
    expect(stdout).toContain('A release may need 80 vCPUs of Fargate');
    expect(stdout).toContain('L-3032A538');
  });

  it('prints every component, the total, and the price of Comprehend', async () => {
    const { code, stdout } = await cost('--stage', 'prod', '--requests-per-day', '1000000');
    expect(code).toBe(0);
    for (const { name } of estimateCost(PROD, AT_REST).components) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\$[\\d,]+\\.\\d\\d`, 'm'));
    }
    expect(stdout).toMatch(/^total +\$/m);
    expect(stdout).toMatch(/predictions a month, \$[\d.]+ per million$/m);
    expect(stdout).toContain('Amazon Comprehend costs $300.00 per million');
    expect(stdout).toContain('List prices of us-east-1, 2026-11');
  });

  it('applies overrides of the stage', async () => {
    const { stdout } = await cost(
      '--stage',
      'dev',
      '-c',
      'taskCpu=2048',
      '-c',
      'taskMemoryMiB=4096',
      '--json',
    );
    expect(JSON.parse(stdout).components[0].basis).toBe('1 x 2 vCPU and 4 GB, x86_64');
  });

  it.each([
    [['--stage', 'test'], 'The stage test has no stages/test.json; create it'],
    [['--stage', 'Test!'], '--stage must be 1 to 16 lower-case letters and digits'],
    [['--stage', 'dev', '--hit-rate', '80'], "--hit-rate must be a number from 0 to 1, got '80'"],
    [['--stage', 'dev', '-c', 'taskCpu'], "-c must be KEY=VALUE, got 'taskCpu'"],
    [['--stage', 'dev', '-c', 'taskCpus=1'], 'taskCpus: unknown'],
  ])('exits 2 for %j and names the remedy', async (args, message) => {
    const { code, stderr } = await cost(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
