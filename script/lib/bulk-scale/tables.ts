/** Tables of docs/scale.md. */

import { START_SECONDS, taskSecondUsd } from '../../../cli/bulk/task-cost.ts';
import { SPOT_DISCOUNT } from '../../../cli/kit/prices.ts';
import { mean } from '../../../cli/kit/statistics.ts';
import { runSize, TASK } from './run-size.ts';
import { type SpotOutcome, simulateSpotRun } from './spot-losses.ts';

const MILLION = 1e6;
const ITEM = 100_000;

const RUNS = [
  { name: '10 million', texts: 10 * MILLION, concurrency: 32, textsPerItem: ITEM },
  { name: '100 million', texts: 100 * MILLION, concurrency: 32, textsPerItem: ITEM },
  { name: '1 billion', texts: 1_000 * MILLION, concurrency: 32, textsPerItem: ITEM },
  { name: '1 billion', texts: 1_000 * MILLION, concurrency: 250, textsPerItem: ITEM },
] as const;

export const RUN_TABLE_HEAD = [
  'Texts',
  'Tasks at a time',
  'vCPU quota',
  'Items',
  'Hours',
  'vCPU hours',
  'Starts/s',
  'S3 reads',
  'S3 writes',
  'Transitions',
  'Input, results (GB)',
  'USD on Spot',
  'on demand',
];

/** Time and cost of runs without losses. */
export function runTableRows(textsPerSecondPerVcpu: number): string[][] {
  return RUNS.map(({ name, ...run }) => {
    const size = runSize({ ...run, textsPerSecondPerVcpu });
    return [
      name,
      String(run.concurrency),
      whole(size.vcpus),
      whole(size.items),
      size.hours.toFixed(1),
      whole(size.vcpuHours),
      size.launchesPerSecond.toFixed(2),
      whole(size.s3Reads),
      whole(size.s3Writes),
      whole(size.transitions),
      `${whole(size.inputGigabytes)}, ${whole(size.outputGigabytes)}`,
      usd(size.usdOnSpot),
      usd(size.usdOnDemand),
    ];
  });
}

const ITEM_SIZES = [30_000, 100_000, 300_000, 1_000_000];
const LOSSES_PER_HOUR = [0.05, 0.5, 2];
/** Long runs differ little from one to the next. */
const ITEM_RUNS = [
  { ...RUNS[0], seeds: 20 },
  { ...RUNS[3], seeds: 2 },
] as const;

export const ITEM_TABLE_HEAD = [
  'Texts',
  'Texts an item',
  'Minutes of work',
  'Starts, share of all',
  ...LOSSES_PER_HOUR.flatMap((losses) => [`${losses} losses/h: hours`, 'repeated', 'USD']),
];

/**
 * Runs by the size of their items, with losses: means of seeded simulations.
 *
 * @param randomOf generator of numbers in [0, 1) of a seed
 */
export function itemTableRows(
  textsPerSecondPerVcpu: number,
  randomOf: (seed: number) => () => number,
): string[][] {
  return ITEM_RUNS.flatMap(({ name, texts, concurrency, seeds }) =>
    ITEM_SIZES.map((textsPerItem) => {
      const size = runSize({ texts, concurrency, textsPerItem, textsPerSecondPerVcpu });
      const { items, workSeconds } = size;
      const taskSeconds = START_SECONDS + workSeconds;
      const requestsUsd = size.usdOnDemand - items * taskSeconds * taskSecondUsd(TASK);
      const cells = LOSSES_PER_HOUR.flatMap((lossesPerHour) => {
        const run = { items, startSeconds: START_SECONDS, workSeconds, concurrency, lossesPerHour };
        const outcomes = Array.from({ length: seeds }, (_, seed) =>
          simulateSpotRun(run, randomOf(seed + 1)),
        );
        const mean = meanOf(outcomes);
        const paidSeconds = mean.spotSeconds * (1 - SPOT_DISCOUNT) + mean.onDemandSeconds;
        return [
          (mean.seconds / 3_600).toFixed(2),
          percent((mean.spotSeconds + mean.onDemandSeconds) / (items * taskSeconds) - 1),
          usd(paidSeconds * taskSecondUsd(TASK) + requestsUsd),
        ];
      });
      return [
        name,
        whole(textsPerItem),
        (workSeconds / 60).toFixed(1),
        percent(START_SECONDS / taskSeconds),
        ...cells,
      ];
    }),
  );
}

function meanOf(outcomes: readonly SpotOutcome[]): SpotOutcome {
  const meanOfAll = (pick: (outcome: SpotOutcome) => number) => mean(outcomes.map(pick));
  return {
    seconds: meanOfAll(({ seconds }) => seconds),
    spotSeconds: meanOfAll(({ spotSeconds }) => spotSeconds),
    onDemandSeconds: meanOfAll(({ onDemandSeconds }) => onDemandSeconds),
    losses: meanOfAll(({ losses }) => losses),
  };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function usd(value: number): string {
  return value < 10 ? value.toFixed(2) : whole(value);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
