import type { BulkSettings } from '../../lib/stage-config/bulk.ts';
import type { Stage } from '../../service/contract/deployment.ts';
import { CliError, reasonOf } from '../kit/errors.ts';
import { dollarsAndCents } from '../kit/prices.ts';
import { printable } from '../kit/printable.ts';
import { type ProgressOutput, progressLine } from '../kit/progress.ts';
import { timerPause, withRetries } from '../kit/retry.ts';
import type { Counts, Execution, RunState } from './execution.ts';
import { taskSecondUsd } from './task-cost.ts';

const POLL_MS = 5_000;
const PLAIN_INTERVAL_MS = 30_000;
/** Five minutes or more, in which a network or credentials come back. */
const MAX_POLLS = 60;
/** Not the first: a run that has just started may not be found at once. */
const ANNOUNCED_FAILURE = 3;

export interface FollowOptions {
  readonly execution: Pick<Execution, 'run' | 'state'>;
  readonly stage: Stage;
  readonly settings: BulkSettings;
  /** True if this command has started the run: a failure to find it is temporary. */
  readonly isKnown: boolean;
  readonly output: ProgressOutput;
  readonly pollMs?: number;
}

/**
 * Shows the progress of a run until it ends.
 *
 * @throws CliError when the state of a known run cannot be read for minutes
 */
export async function follow(options: FollowOptions): Promise<RunState> {
  const { execution, settings, output, pollMs = POLL_MS } = options;
  const drawn = output.isTTY === true && process.env.TERM !== 'dumb';
  let written = Number.NEGATIVE_INFINITY;
  let since: Baseline | undefined;
  let state = options.isKnown ? await readState(options, drawn) : await execution.state();
  for (;;) {
    const now = new Date();
    since ??= baselineOf(state, now);
    const line = printable(runLine(execution.run, state, settings, { now, drawn, since }));
    const ended = state.status !== 'RUNNING';
    if (drawn) output.write(`\r\x1b[K${line.slice(0, (output.columns ?? 80) - 1)}`);
    else if (ended || performance.now() - written >= PLAIN_INTERVAL_MS) {
      output.write(`${line}\n`);
      written = performance.now();
    }
    if (ended) {
      if (drawn) output.write('\n');
      return state;
    }
    await timerPause(pollMs);
    state = await readState(options, drawn);
  }
}

/** The state of a run that exists. */
async function readState(options: FollowOptions, drawn: boolean): Promise<RunState> {
  const { execution, stage, output, pollMs = POLL_MS } = options;
  try {
    return await withRetries(() => execution.state(), {
      maxAttempts: MAX_POLLS,
      waitFor: (error, attempt) => {
        if (attempt === ANNOUNCED_FAILURE) {
          const line = `Run ${execution.run} cannot be read, trying again: ${reasonOf(error)}`;
          output.write(`${drawn ? '\r\x1b[K' : ''}${printable(line)}\n`);
        }
        return { ms: pollMs };
      },
    });
  } catch (cause) {
    throw notFollowed(execution.run, stage, cause);
  }
}

/** A failure of this command, not of the run. */
function notFollowed(run: string, stage: Stage, cause: unknown): CliError {
  return new CliError(
    `Run ${run} could not be followed: ${reasonOf(cause)}. This does not stop the run. To follow it again: tss score --run ${run} --stage ${stage}`,
    { cause },
  );
}

/** Items that were done when the command began to watch: the rate is that of the others. */
interface Baseline {
  readonly done: number;
  readonly at: Date;
}

/** @returns undefined for a run that was not restarted, or before its items are read */
function baselineOf({ counts, started, firstStarted }: RunState, at: Date): Baseline | undefined {
  // Its counts include the items from before the restart, its time does not.
  return counts && started > firstStarted ? { done: doneOf(counts), at } : undefined;
}

interface LineOptions {
  readonly now: Date;
  readonly drawn: boolean;
  /** The start of the run by default. */
  readonly since?: Baseline | undefined;
}

/** `RUN [##--]  12/24  50 %  3 min 2 s left  1 failed  at most $0.21 so far` */
export function runLine(
  run: string,
  { counts, started, stopped, input }: RunState,
  settings: BulkSettings,
  { now, drawn, since = { done: 0, at: started } }: LineOptions,
): string {
  if (counts === null) return `${run}  reading the items`;
  const secondsSince = (from: Date) => ((stopped ?? now).getTime() - from.getTime()) / 1_000;
  const done = doneOf(counts);
  const rated = secondsSince(since.at);
  const line = progressLine({
    name: run,
    done,
    total: counts.total,
    unit: 'items',
    perSecond: rated > 0 ? (done - since.done) / rated : 0,
    isDrawn: drawn,
  });
  const failed = counts.failed > 0 ? [`${counts.failed} failed`] : [];
  const usd =
    secondsSince(started) * tasksAtATime(counts, input.concurrency) * taskSecondUsd(settings);
  return [line, ...failed, `at most ${dollarsAndCents(usd)} so far`].join('  ');
}

function doneOf({ succeeded, failed }: Counts): number {
  return succeeded + failed;
}

/** The largest possible count: some items are done before the last one begins. */
function tasksAtATime({ total }: Counts, concurrency: number): number {
  return Math.min(total, concurrency);
}
