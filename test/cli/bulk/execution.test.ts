import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  RedriveExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import { Execution } from '../../../cli/bulk/execution.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:m';

/** A run as its descriptions tell it, in turn. */
function executionOf(descriptions: Partial<DescribeExecutionCommandOutput>[]) {
  const sent: unknown[] = [];
  const client = {
    send: async (command: unknown) => {
      sent.push(command);
      return command instanceof DescribeExecutionCommand ? descriptions.shift() : {};
    },
  };
  return { sent, execution: new Execution(MACHINE, 'r', client as unknown as SFNClient) };
}

describe('the state of a run', () => {
  it('is running while it waits for its restart', async () => {
    const { execution } = executionOf([{ status: 'PENDING_REDRIVE' }]);
    expect(await execution.state()).toMatchObject({ status: 'RUNNING', counts: null });
  });

  it('is not the one from before a restart', async () => {
    const failed = { status: 'FAILED', redriveCount: 1 } as const;
    const { execution, sent } = executionOf([
      failed,
      failed,
      { status: 'RUNNING', redriveCount: 1 },
      { ...failed, redriveCount: 2 },
    ]);
    await execution.redrive();
    expect(sent.at(-1)).toBeInstanceOf(RedriveExecutionCommand);
    await expect(execution.state()).rejects.toThrow('its restart is not visible yet');
    expect(await execution.state()).toMatchObject({ status: 'RUNNING' });
    expect(await execution.state()).toMatchObject({ status: 'FAILED' });
  });
});
