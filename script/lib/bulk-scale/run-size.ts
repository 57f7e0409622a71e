import {
  START_SECONDS,
  STEPS_PER_ITEM,
  type TaskSize,
  taskSecondUsd,
} from '../../../cli/bulk/task-cost.ts';
import { SPOT_DISCOUNT, STATE_TRANSITION_THOUSAND } from '../../../cli/kit/prices.ts';

/** Texts to score, and how. */
export interface RunOptions {
  readonly texts: number;
  readonly textsPerItem: number;
  readonly concurrency: number;
  readonly textsPerSecondPerVcpu: number;
}

export interface RunSize {
  readonly items: number;
  readonly vcpus: number;
  readonly workSeconds: number;
  readonly hours: number;
  readonly vcpuHours: number;
  readonly launchesPerSecond: number;
  readonly s3Reads: number;
  readonly s3Writes: number;
  readonly transitions: number;
  readonly inputGigabytes: number;
  readonly outputGigabytes: number;
  readonly usdOnSpot: number;
  readonly usdOnDemand: number;
}

export const TASK = {
  architecture: 'x86_64',
  taskVcpus: 4,
  taskMemoryGib: 8,
} as const satisfies TaskSize;

/** A tweet as a line of JSON with its id, and a row of the result with text and record. */
export const BYTES = { input: 250, output: 150 } as const;
/** Requests of one task besides the parts of its result: size, content and report of an item. */
const READS = 3;
/** Begin and end of the upload, and the report. */
const WRITES = 3;
const PART_BYTES = 8 * 2 ** 20;

/** Prices of S3 requests in us-east-1. */
const S3_THOUSAND = { reads: 0.0004, writes: 0.005 } as const;

/** Time and cost of a run that loses no task. */
export function runSize(options: RunOptions): RunSize {
  const { texts, textsPerItem, concurrency, textsPerSecondPerVcpu } = options;
  const items = Math.ceil(texts / textsPerItem);
  const workSeconds = textsPerItem / (textsPerSecondPerVcpu * TASK.taskVcpus);
  const taskSeconds = START_SECONDS + workSeconds;
  const places = Math.min(concurrency, items);
  const seconds = Math.ceil(items / places) * taskSeconds;
  const parts = Math.ceil((textsPerItem * BYTES.output) / PART_BYTES);
  const size = {
    items,
    vcpus: places * TASK.taskVcpus,
    workSeconds,
    hours: seconds / 3_600,
    vcpuHours: (items * taskSeconds * TASK.taskVcpus) / 3_600,
    launchesPerSecond: places / taskSeconds,
    s3Reads: items * READS,
    s3Writes: items * (WRITES + parts),
    transitions: items * STEPS_PER_ITEM,
    inputGigabytes: (texts * BYTES.input) / 1e9,
    outputGigabytes: (texts * BYTES.output) / 1e9,
  };
  const requests =
    (size.s3Reads * S3_THOUSAND.reads +
      size.s3Writes * S3_THOUSAND.writes +
      size.transitions * STATE_TRANSITION_THOUSAND) /
    1_000;
  const tasks = items * taskSeconds * taskSecondUsd(TASK);
  return {
    ...size,
    usdOnSpot: tasks * (1 - SPOT_DISCOUNT) + requests,
    usdOnDemand: tasks + requests,
  };
}
