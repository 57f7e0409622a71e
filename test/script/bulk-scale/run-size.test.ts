import { expect, it } from '@jest/globals';
import { runSize } from '../../../script/lib/bulk-scale/run-size.ts';

it('a run of ten million texts by 32 tasks of 4 vCPU takes 12 minutes and 20 vCPU hours', () => {
  const size = runSize({
    texts: 10_000_000,
    textsPerItem: 100_000,
    concurrency: 32,
    textsPerSecondPerVcpu: 187,
  });
  expect(size).toMatchObject({ items: 100, vcpus: 128, s3Reads: 300, transitions: 300 });
  expect(size.hours * 60).toBeCloseTo(11.9, 1);
  expect(size.vcpuHours).toBeCloseTo(19.9, 1);
  // 0.0494 dollars an hour and vCPU with 2 GB, of which Spot takes 30 %.
  expect(size.usdOnDemand).toBeCloseTo(0.99, 2);
  expect(size.usdOnSpot).toBeCloseTo(0.3, 2);
});
