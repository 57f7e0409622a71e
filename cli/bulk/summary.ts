import type { BulkSettings } from '../../lib/stage-config/bulk.ts';
import { nounFor } from '../kit/counted.ts';
import { dollarsAndCents, SPOT_DISCOUNT } from '../kit/prices.ts';
import type { BulkBucket } from './bucket.ts';
import { type Item, itemName, type Report } from './contract.ts';
import type { FailedItem, RunState } from './execution.ts';
import { taskSecondUsd } from './task-cost.ts';

export interface Sums {
  readonly reports: number;
  readonly scored: number;
  readonly leftOut: number;
  readonly taskSeconds: number;
  /** `name`, `revision` of each model that scored. */
  readonly models: readonly (readonly [string, string])[];
  /** Some of the lines that were left out. */
  readonly examples: readonly string[];
}

const READ_AT_A_TIME = 32;
const EXAMPLES = 5;

/**
 * Reads reports and adds up those of a run's items: other runs write theirs at the same time. Reports
 * that were finished before the run began are those of an earlier one: S3 tells the time of an object
 * in whole seconds.
 */
export async function sumReports(
  bucket: Pick<BulkBucket, 'report'>,
  keys: readonly string[],
  items: readonly Item[],
  runStarted: Date,
): Promise<Sums> {
  const names = new Set(items.map(itemName));
  let sums = NOTHING;
  for (let at = 0; at < keys.length; at += READ_AT_A_TIME) {
    const part = keys.slice(at, at + READ_AT_A_TIME);
    const reports = await Promise.all(part.map((key) => bucket.report(key)));
    sums = reports
      .filter((report) => report !== undefined)
      .filter((report) => names.has(itemName(report)))
      .filter(({ finished_at }) => !(Date.parse(finished_at ?? '') < runStarted.getTime()))
      .reduce(added, sums);
  }
  return sums;
}

const NOTHING: Sums = {
  reports: 0,
  scored: 0,
  leftOut: 0,
  taskSeconds: 0,
  models: [],
  examples: [],
};

function added(sums: Sums, report: Report): Sums {
  const model = [report.model_name, report.model_revision] as const;
  const isKnown = sums.models.some(
    ([name, revision]) => name === model[0] && revision === model[1],
  );
  const examples = report.first_left_out.map(
    ({ line, problem }) => `${itemName(report)}, line ${line}: ${problem}`,
  );
  return {
    reports: sums.reports + 1,
    scored: sums.scored + report.scored,
    leftOut: sums.leftOut + report.left_out,
    taskSeconds: sums.taskSeconds + report.seconds,
    models: isKnown ? sums.models : [...sums.models, model],
    examples: [...sums.examples, ...examples].slice(0, EXAMPLES),
  };
}

/** Outcome of a run, for people. */
export function renderSummary(
  run: string,
  { status, counts, cause, input }: RunState,
  sums: Sums,
  failures: readonly FailedItem[],
  settings: BulkSettings,
): string {
  const { total = 0, succeeded = 0, failed = 0 } = counts ?? {};
  const usd = sums.taskSeconds * taskSecondUsd(settings);
  const minutes = Math.round(sums.taskSeconds / 60);
  const count = (value: number) => value.toLocaleString('en');
  return [
    `Run ${run}: ${status.toLowerCase().replace('_', ' ')}${cause === '' ? '' : ` (${cause})`}`,
    `Items: ${count(succeeded)} of ${count(total)} done, ${count(failed)} failed`,
    ...(succeeded > sums.reports
      ? [`${count(succeeded - sums.reports)} of them had been done before`]
      : []),
    `Texts: ${count(sums.scored)} scored, ${count(sums.leftOut)} left out`,
    ...sums.examples.map((example) => `  ${example}`),
    `Tasks worked for ${count(minutes)} ${nounFor(minutes, 'minute')}: about ${dollarsAndCents(usd * (1 - SPOT_DISCOUNT))} on Spot, ${dollarsAndCents(usd)} on demand`,
    ...failures.map(
      ({ item, cause: why }) => `Failed: ${item === undefined ? '?' : itemName(item)}: ${why}`,
    ),
    `Results: ${input.output}`,
    ...sums.models.map(
      ([name, revision]) =>
        `Athena: SELECT * FROM bulk_predictions WHERE model_name = '${name}' AND model_revision = '${revision}'`,
    ),
    '',
  ].join('\n');
}
