import { randomBytes } from 'node:crypto';
import { BULK_FOLDERS, type BulkSettings } from '../../lib/stage-config/bulk.ts';
import type { Stage } from '../../service/contract/deployment.ts';
import { CliError, reasonOf, UsageError } from '../kit/errors.ts';
import { MEASURED_PER_VCPU } from '../kit/measured-rate.ts';
import { print } from '../kit/printable.ts';
import { BulkBucket } from './bucket.ts';
import { parseLocation } from './contract.ts';
import { estimate } from './estimate.ts';
import { Execution, type RunState } from './execution.ts';
import { follow } from './follow.ts';
import { type Plan, planItems } from './plan.ts';
import { renderPlan } from './render-plan.ts';
import { sampleBytesPerText } from './sample.ts';
import { readSettings } from './stage-settings.ts';
import { renderSummary, sumReports } from './summary.ts';

export interface FolderOptions {
  readonly stage: Stage;
  readonly dryRun: boolean;
  /** Id of a run to follow instead of starting one. */
  readonly run?: string | undefined;
  readonly redrive: boolean;
  readonly concurrency?: number | undefined;
  readonly tolerate: number;
  readonly textColumn?: string | undefined;
  readonly idColumn?: string | undefined;
}

/** Scores a folder on S3 by the tasks of a stage, or follows a run. @throws CliError */
export async function scoreFolder(
  folder: string | undefined,
  options: FolderOptions,
  signal: AbortSignal,
): Promise<void> {
  if ((folder === undefined) === (options.run === undefined)) {
    throw new UsageError('give either s3://BUCKET/FOLDER/ to score, or --run RUN to follow');
  }
  if (options.redrive && options.run === undefined) throw new UsageError('--redrive wants --run');
  const settings = await readSettings(options.stage);
  const bucket = new BulkBucket(settings.bucket);
  try {
    if (folder === undefined) {
      const execution = new Execution(settings.stateMachineArn, options.run ?? '');
      if (options.redrive) await execution.redrive();
      return await followRun(execution, settings, bucket, options, signal);
    }
    const listed = await bucket.list(keyOf(folder, settings.bucket));
    const plan = planItems(settings.bucket, listed);
    await printPlan(plan, settings, bucket, options);
    if (options.dryRun) return;
    const execution = await startRun(plan, settings, bucket, options);
    await followRun(execution, settings, bucket, options, signal);
  } catch (cause) {
    if (cause instanceof CliError || signal.aborted) throw cause;
    throw new CliError(`Scoring by stage ${options.stage} failed: ${reasonOf(cause)}`, { cause });
  }
}

/** @throws UsageError for a folder that the tasks may not read */
function keyOf(folder: string, bucketName: string): string {
  const location = parseLocation(folder);
  const readable = `s3://${bucketName}/${BULK_FOLDERS.input}`;
  if (location?.bucket === bucketName && location.key.startsWith(BULK_FOLDERS.input)) {
    return location.key;
  }
  throw new UsageError(
    `'${folder}' is not below ${readable}, which the tasks of the stage read; copy it there, such as by aws s3 sync ${folder} ${readable}`,
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

async function followRun(
  execution: Execution,
  settings: BulkSettings,
  bucket: BulkBucket,
  { stage, run, redrive }: FolderOptions,
  signal: AbortSignal,
): Promise<void> {
  const isKnown = run === undefined || redrive;
  const output = process.stderr;
  const state = await follow({ execution, stage, settings, isKnown, output, signal });
  try {
    const sums = await sumsOf(state, bucket);
    const failures = (state.counts?.failed ?? 0) > 0 ? await execution.failures() : [];
    print(renderSummary(execution.run, state, sums, failures, settings));
    if (state.status !== 'SUCCEEDED' || (state.counts?.failed ?? 0) > 0) process.exitCode = 1;
    else if (sums.leftOut > 0) process.exitCode = 3;
  } catch (cause) {
    if (cause instanceof CliError || signal.aborted) throw cause;
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
