import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
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
  readonly #client = new SFNClient({});
  readonly #machine: string;
  readonly run: string;

  constructor(stateMachineArn: string, run: string) {
    this.#machine = stateMachineArn;
    this.run = run;
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
    await this.#client.send(new RedriveExecutionCommand({ executionArn: this.#arn }));
  }

  async state(): Promise<RunState> {
    const execution = await this.#client.send(
      new DescribeExecutionCommand({ executionArn: this.#arn }),
    );
    const { status, startDate, redriveDate, stopDate, input = '{}', error, cause } = execution;
    const firstStarted = startDate ?? new Date();
    return {
      status: status === 'PENDING_REDRIVE' ? 'RUNNING' : (status ?? 'RUNNING'),
      firstStarted,
      started: redriveDate ?? firstStarted,
      stopped: stopDate,
      input: JSON.parse(input),
      counts: await this.#counts(),
      cause: [error, cause].filter(Boolean).join(': '),
    };
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
