import { randomBytes } from 'node:crypto';
import { BULK_FOLDERS, type BulkSettings } from '../../lib/stage-config/bulk.ts';
import type { Stage } from '../../service/contract/deployment.ts';
import { CliError, reasonOf, UsageError } from '../kit/errors.ts';
import { MEASURED_PER_VCPU } from '../kit/measured-rate.ts';
import { print } from '../kit/printable.ts';
import { formatOfName } from '../score/formats/format-of.ts';
import { BulkBucket } from './bucket.ts';
import { parseLocation } from './contract.ts';
import { estimate } from './estimate.ts';
import { Execution, type RunState } from './execution.ts';
import { type FollowOptions, follow } from './follow.ts';
import { type Plan, planItems } from './plan.ts';
import { renderPlan } from './render-plan.ts';
import { sampleBytesPerText } from './sample.ts';
import { readSettings } from './stage-settings.ts';
import { renderSummary, sumReports } from './summary.ts';

export interface FolderOptions {
  readonly stage: Stage;
  readonly dryRun: boolean;
  readonly concurrency?: number | undefined;
  readonly tolerate: number;
  readonly textColumn?: string | undefined;
  readonly idColumn?: string | undefined;
}

/** Scores a folder on S3 by the tasks of a stage. @throws CliError */
export async function scoreFolder(folder: string, options: FolderOptions): Promise<void> {
  await onStage(options.stage, async (settings, bucket) => {
    const listed = await bucket.list(keyOf(folder, settings.bucket));
    const plan = planItems(settings.bucket, listed);
    await printPlan(plan, settings, bucket, options);
    if (options.dryRun) return;
    const execution = await startRun(plan, settings, bucket, options);
    await showRun(execution, settings, bucket, { stage: options.stage, isKnown: true });
  });
}

export interface RunOptions {
  readonly stage: Stage;
  /** Restarts items that failed or did not start. */
  readonly redrive: boolean;
}

/** Follows a run that has begun. @throws CliError */
export async function followRun(run: string, { stage, redrive }: RunOptions): Promise<void> {
  await onStage(stage, async (settings, bucket) => {
    const execution = new Execution(settings.stateMachineArn, run);
    if (redrive) await execution.redrive();
    await showRun(execution, settings, bucket, { stage, isKnown: redrive });
  });
}

/** Does some work with the bulk stack of a stage. @throws CliError */
async function onStage(
  stage: Stage,
  work: (settings: BulkSettings, bucket: BulkBucket) => Promise<void>,
): Promise<void> {
  const settings = await readSettings(stage);
  try {
    await work(settings, new BulkBucket(settings.bucket));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`Scoring by stage ${stage} failed: ${reasonOf(cause)}`, { cause });
  }
}

/** @throws UsageError for a folder that the tasks may not read */
export function keyOf(folder: string, bucketName: string): string {
  const location = parseLocation(folder);
  const readable = `s3://${bucketName}/${BULK_FOLDERS.input}`;
  if (location?.bucket === bucketName && location.key.startsWith(BULK_FOLDERS.input)) {
    return location.key;
  }
  const copy = formatOfName(folder) === undefined ? 'sync' : 'cp';
  throw new UsageError(
    `'${folder}' is not below ${readable}, which the tasks of the stage read; copy it there, such as by aws s3 ${copy} ${folder} ${readable}`,
  );
}

async function printPlan(
  plan: Plan,
  settings: BulkSettings,
  bucket: BulkBucket,
  { concurrency = settings.concurrency }: FolderOptions,
): Promise<void> {
  const sample = await sampleBytesPerText(plan.objects, (key, bytes) => bucket.head(key, bytes));
  const figures = estimate(
    plan.items.map(({ bytes }) => bytes),
    {
      settings,
      concurrency,
      bytesPerText: sample.bytesPerText,
      textsPerSecondPerVcpu: MEASURED_PER_VCPU,
    },
  );
  print(renderPlan(plan, figures, { settings, concurrency, ...sample }));
  if (plan.items.length === 0) {
    throw new CliError('There is nothing to score: no object of a known format has content.');
  }
}

async function startRun(
  plan: Plan,
  settings: BulkSettings,
  bucket: BulkBucket,
  options: FolderOptions,
): Promise<Execution> {
  const { concurrency = settings.concurrency, tolerate, textColumn, idColumn } = options;
  const run = runId(new Date());
  const key = await bucket.putItems(
    run,
    plan.items.map(({ item }) => item),
  );
  const execution = new Execution(settings.stateMachineArn, run);
  await execution.start({
    run,
    items: { bucket: bucket.name, key },
    output: `s3://${bucket.name}/${BULK_FOLDERS.results}`,
    reports: `s3://${bucket.name}/${BULK_FOLDERS.reports}`,
    concurrency,
    toleratedFailurePercentage: tolerate,
    ...(textColumn !== undefined && { textColumn }),
    ...(idColumn !== undefined && { idColumn }),
  });
  print(
    `Run ${run} continues without this command. To follow it again: tss score --run ${run} --stage ${options.stage}\n`,
  );
  return execution;
}

/** Sorts by time, and is a name of an execution. */
function runId(now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

async function showRun(
  execution: Execution,
  settings: BulkSettings,
  bucket: BulkBucket,
  { stage, isKnown }: Pick<FollowOptions, 'stage' | 'isKnown'>,
): Promise<void> {
  const output = process.stderr;
  const state = await follow({ execution, stage, settings, isKnown, output });
  try {
    const sums = await sumsOf(state, bucket);
    const failures = (state.counts?.failed ?? 0) > 0 ? await execution.failures() : [];
    print(renderSummary(execution.run, state, sums, failures, settings));
    if (state.status !== 'SUCCEEDED' || (state.counts?.failed ?? 0) > 0) process.exitCode = 1;
    else if (sums.leftOut > 0) process.exitCode = 3;
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(
      `The summary of run ${execution.run} could not be read: ${reasonOf(cause)}. To read it again: tss score --run ${execution.run} --stage ${stage}`,
      { cause },
    );
  }
}

/** Sums of the reports that the tasks of a run have written. */
async function sumsOf({ firstStarted, stopped, counts, input }: RunState, bucket: BulkBucket) {
  // A run that could not read its items has none.
  const items = (counts?.total ?? 0) > 0 ? await bucket.items(input.items.key) : [];
  const keys = await bucket.reportsWritten(firstStarted, stopped);
  return sumReports(bucket, keys, items, firstStarted);
}
