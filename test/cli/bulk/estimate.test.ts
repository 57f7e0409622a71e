import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { type EstimateOptions, estimate } from '../../../cli/bulk/estimate.ts';
import { planItems, RANGE_BYTES } from '../../../cli/bulk/plan.ts';
import { sampleBytesPerText } from '../../../cli/bulk/sample.ts';
import { taskSecondUsd } from '../../../cli/bulk/task-cost.ts';

const options: EstimateOptions = {
  settings: { architecture: 'x86_64', taskVcpus: 4, taskMemoryGib: 8 },
  concurrency: 32,
  bytesPerText: 150,
  textsPerSecondPerVcpu: 187,
};

describe('the estimate of a run', () => {
  it('is that of ten million texts, computed by hand', () => {
    const figures = estimate(Array(32).fill((10_000_000 * 150) / 32), options);
    expect(figures.texts).toBeCloseTo(10_000_000, 3);
    // 10,000,000 / 187 a second, and 45 s for the start of each of 32 tasks of 4 vCPU.
    expect(figures.vcpuHours).toBeCloseTo(10_000_000 / 187 / 3_600 + (32 * 4 * 45) / 3_600, 6);
    expect(figures.minutes).toBeCloseTo((10_000_000 / 187 / 128 + 45) / 60, 6);
    const hours = figures.vcpuHours / 4;
    const steps = (3 * 32 * 0.025) / 1_000;
    expect(figures.usdOnDemand).toBeCloseTo(hours * (4 * 0.04048 + 8 * 0.004445) + steps, 6);
    expect(figures.usdOnSpot).toBeCloseTo((figures.usdOnDemand - steps) * 0.3 + steps, 6);
  });

  it('takes as long as the longest item, however many tasks there are', () => {
    const { minutes } = estimate([150 * 187 * 4 * 600, 150], { ...options, concurrency: 5_000 });
    expect(minutes).toBeCloseTo((600 + 45) / 60, 6);
  });

  it('of nothing is nothing', () => {
    expect(estimate([], options)).toMatchObject({ tasks: 0, texts: 0, minutes: 0, usdOnSpot: 0 });
  });

  it('has a lower price on arm64', () => {
    const arm = taskSecondUsd({ ...options.settings, architecture: 'arm64' });
    expect(arm).toBeLessThan(taskSecondUsd(options.settings));
  });
});

describe('a sample of the texts', () => {
  const lines = Buffer.from('{"text":"a"}\n'.repeat(1_000));

  it('tells the bytes of a line of the largest objects', async () => {
    const read: string[] = [];
    const objects = [1, 2, 3, 4, 5, 6].map((bytes) => ({ key: `input/${bytes}.jsonl`, bytes }));
    const sample = await sampleBytesPerText(objects, async (key) => {
      read.push(key);
      return lines;
    });
    expect(sample).toEqual({ bytesPerText: 13, assumed: false });
    expect(read).toEqual([6, 5, 4, 3, 2].map((bytes) => `input/${bytes}.jsonl`));
  });

  it('reads each object once, however many items it is cut into', async () => {
    const read: string[] = [];
    const plan = planItems('b', [
      { key: 'input/large.jsonl', bytes: 9 * RANGE_BYTES },
      { key: 'input/small.jsonl', bytes: RANGE_BYTES },
      { key: 'input/empty.jsonl', bytes: 0 },
    ]);
    await sampleBytesPerText(plan.objects, async (key) => {
      read.push(key);
      return lines;
    });
    expect(read).toEqual(['input/large.jsonl', 'input/small.jsonl']);
  });

  it('counts the lines of a compressed object that is cut off', async () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `text ${index * 7919}\n`).join('');
    const packed = gzipSync(texts);
    const head = packed.subarray(0, packed.length / 2);
    const objects = [{ key: 'input/a.txt.gz', bytes: packed.length }];
    const { bytesPerText } = await sampleBytesPerText(objects, async () => head);
    expect(bytesPerText / (packed.length / 20_000)).toBeCloseTo(1, 0);
  });

  it.each([
    ['rows of Parquet', 'input/a.parquet', lines],
    ['a head without a line break', 'input/a.jsonl', Buffer.from('{')],
    ['a broken gzip file', 'input/a.csv.gz', Buffer.from('no gzip')],
  ])('assumes a size for %s', async (_name, key, head) => {
    const sample = await sampleBytesPerText([{ key, bytes: 9 }], async () => head);
    expect(sample.assumed).toBe(true);
  });
});
