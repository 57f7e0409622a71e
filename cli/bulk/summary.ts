import type { BulkSettings } from '../../lib/stage-config/bulk.ts';
import { SPOT_DISCOUNT } from '../kit/prices.ts';
import type { BulkBucket, ListedReport } from './bucket.ts';
import type { Report } from './contract.ts';
import type { FailedItem, RunState } from './execution.ts';
import { dollars } from './follow.ts';
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

/** Reads and adds up reports. */
export async function sumReports(
  bucket: Pick<BulkBucket, 'report'>,
  listed: readonly ListedReport[],
): Promise<Sums> {
  let sums = NOTHING;
  for (let at = 0; at < listed.length; at += READ_AT_A_TIME) {
    const part = listed.slice(at, at + READ_AT_A_TIME);
    const reports = await Promise.all(part.map(({ key }) => bucket.report(key)));
    sums = reports.filter((report) => report !== undefined).reduce(added, sums);
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
    ({ line, problem }) =>
      `${report.input}${report.range === undefined ? '' : ` bytes ${report.range}`}, line ${line}: ${problem}`,
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

/** What came of a run, for people. */
export function renderSummary(
  run: string,
  { status, counts, cause, input }: RunState,
  sums: Sums,
  failures: readonly FailedItem[],
  settings: BulkSettings,
): string {
  const { total = 0, succeeded = 0, failed = 0 } = counts ?? {};
  const usd = sums.taskSeconds * taskSecondUsd(settings);
  const count = (value: number) => value.toLocaleString('en');
  return [
    `Run ${run}: ${status.toLowerCase().replace('_', ' ')}${cause === '' ? '' : ` (${cause})`}`,
    `Items: ${count(succeeded)} of ${count(total)} done, ${count(failed)} failed`,
    ...(succeeded > sums.reports
      ? [`${count(succeeded - sums.reports)} of them had been done before`]
      : []),
    `Texts: ${count(sums.scored)} scored, ${count(sums.leftOut)} left out`,
    ...sums.examples.map((example) => `  ${example}`),
    `Tasks worked for ${count(Math.round(sums.taskSeconds / 60))} minutes: about ${dollars(usd * (1 - SPOT_DISCOUNT))} on Spot, ${dollars(usd)} on demand`,
    ...failures.map(
      ({ item, cause: why }) =>
        `Failed: ${item?.input ?? '?'}${item?.range === undefined ? '' : ` bytes ${item.range}`}: ${why}`,
    ),
    `Results: ${input.output}`,
    ...sums.models.map(
      ([name, revision]) =>
        `Athena: SELECT * FROM bulk_predictions WHERE model_name = '${name}' AND model_revision = '${revision}'`,
    ),
    '',
  ].join('\n');
}
