import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AWS_TIMEOUTS } from '../kit/aws-timeouts.ts';
import type { Item } from './contract.ts';

/** Input of the state machine. */
export interface RunInput {
  readonly run: string;
  readonly items: { readonly bucket: string; readonly key: string };
  readonly output: string;
  readonly reports: string;
  readonly concurrency: number;
  readonly toleratedFailurePercentage: number;
  readonly textColumn?: string;
  readonly idColumn?: string;
}

export type RunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface RunState {
  readonly status: RunStatus;
  readonly firstStarted: Date;
  /** Later than the first start after a redrive. */
  readonly started: Date;
  readonly stopped: Date | undefined;
  readonly input: RunInput;
  /** Null before the items are read. */
  readonly counts: Counts | null;
  /** Why it ended, where it did not succeed. */
  readonly cause: string;
}

export interface Counts {
  readonly total: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
}

export interface FailedItem {
  readonly item: Item | undefined;
  readonly cause: string;
}

const FAILURES_SHOWN = 10;

/** One execution of the state machine of a bulk stack. */
export class Execution {
  readonly #client: Pick<SFNClient, 'send'>;
  readonly #machine: string;
  readonly run: string;
  /** Restarts that a state must know of: the service may answer with an earlier state. */
  #redrives = 0;

  constructor(
    stateMachineArn: string,
    run: string,
    client: Pick<SFNClient, 'send'> = new SFNClient({ requestHandler: AWS_TIMEOUTS }),
  ) {
    this.#machine = stateMachineArn;
    this.run = run;
    this.#client = client;
  }

  get #arn(): string {
    return `${this.#machine.replace(':stateMachine:', ':execution:')}:${this.run}`;
  }

  async start(input: RunInput): Promise<void> {
    await this.#client.send(
      new StartExecutionCommand({
        stateMachineArn: this.#machine,
        name: this.run,
        input: JSON.stringify(input),
      }),
    );
  }

  /** Starts the items that have failed or were not begun. */
  async redrive(): Promise<void> {
    const { redriveCount = 0 } = await this.#describe();
    await this.#client.send(new RedriveExecutionCommand({ executionArn: this.#arn }));
    this.#redrives = redriveCount + 1;
  }

  /** @throws Error also while the state from before a restart is answered */
  async state(): Promise<RunState> {
    const execution = await this.#describe();
    const { status, redriveCount = 0, redriveDate } = execution;
    const { startDate, stopDate, input = '{}', error, cause } = execution;
    const isRunning = status === undefined || status === 'RUNNING' || status === 'PENDING_REDRIVE';
    if (!isRunning && redriveCount < this.#redrives) {
      throw new Error('its restart is not visible yet');
    }
    const firstStarted = startDate ?? new Date();
    return {
      status: isRunning ? 'RUNNING' : status,
      firstStarted,
      started: redriveDate ?? firstStarted,
      stopped: stopDate,
      input: JSON.parse(input),
      counts: await this.#counts(),
      cause: [error, cause].filter(Boolean).join(': '),
    };
  }

  #describe(): Promise<DescribeExecutionCommandOutput> {
    return this.#client.send(new DescribeExecutionCommand({ executionArn: this.#arn }));
  }

  /** Some of the items that failed. */
  async failures(): Promise<FailedItem[]> {
    const mapRunArn = await this.#mapRun();
    if (mapRunArn === undefined) return [];
    const { executions = [] } = await this.#client.send(
      new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED', maxResults: FAILURES_SHOWN }),
    );
    return Promise.all(
      executions.map(async ({ executionArn }) => {
        const { input = '{}', cause = '' } = await this.#client.send(
          new DescribeExecutionCommand({ executionArn }),
        );
        return { item: JSON.parse(input).item, cause: causeOf(cause) };
      }),
    );
  }

  async #mapRun(): Promise<string | undefined> {
    const { mapRuns = [] } = await this.#client.send(
      new ListMapRunsCommand({ executionArn: this.#arn, maxResults: 1 }),
    );
    return mapRuns[0]?.mapRunArn;
  }

  async #counts(): Promise<Counts | null> {
    const mapRunArn = await this.#mapRun();
    if (mapRunArn === undefined) return null;
    const { itemCounts } = await this.#client.send(new DescribeMapRunCommand({ mapRunArn }));
    if (!itemCounts) return null;
    const { total = 0, running = 0, succeeded = 0 } = itemCounts;
    const { failed = 0, timedOut = 0, aborted = 0 } = itemCounts;
    return { total, running, succeeded, failed: failed + timedOut + aborted };
  }
}

/** The reason in a cause: ECS describes the whole task. */
function causeOf(cause: string): string {
  const [, reason] = /"StoppedReason":"([^"]+)"/.exec(cause) ?? [];
  const [, code] = /"ExitCode":(\d+)/.exec(cause) ?? [];
  if (reason === undefined) return cause.slice(0, 200);
  return code === undefined ? reason : `${reason}, exit code ${code}`;
}
