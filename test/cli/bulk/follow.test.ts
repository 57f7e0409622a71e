import { describe, expect, it } from '@jest/globals';
import type { Report } from '../../../cli/bulk/contract.ts';
import type { RunState } from '../../../cli/bulk/execution.ts';
import { follow, runLine } from '../../../cli/bulk/follow.ts';
import { renderSummary, sumReports } from '../../../cli/bulk/summary.ts';

const settings = {
  bucket: 'b',
  stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:m',
  architecture: 'x86_64',
  taskVcpus: 4,
  taskMemoryGib: 8,
  concurrency: 2,
} as const;

const state: RunState = {
  status: 'RUNNING',
  firstStarted: new Date('2026-11-28T12:00:00Z'),
  started: new Date('2026-11-28T12:00:00Z'),
  stopped: undefined,
  input: {
    run: 'r',
    items: { bucket: 'b', key: 'runs/r/items.json' },
    output: 's3://b/results/',
    reports: 's3://b/reports/',
    concurrency: 2,
    toleratedFailurePercentage: 10,
  },
  counts: { total: 4, running: 2, succeeded: 1, failed: 1 },
  cause: '',
};
const LATER = { now: new Date('2026-11-28T12:30:00Z'), drawn: false };

describe('the line of a run', () => {
  it('tells items, time left, failures and the cost so far', () => {
    // Half an hour of two tasks of 4 vCPU and 8 GB.
    expect(runLine('r', state, settings, LATER)).toMatch(
      /^r {2}2\/4 {2}50 % .* {2}30 min 0 s left {2}1 failed {2}at most \$0\.20 so far$/,
    );
  });

  it('tells the rate since a time, not of the items that were done by then', () => {
    const since = { done: 1, at: new Date('2026-11-28T12:20:00Z') };
    expect(runLine('r', state, settings, { ...LATER, since })).toContain('  20 min 0 s left  ');
  });

  it('waits for the items', () => {
    expect(runLine('r', { ...state, counts: null }, settings, LATER)).toBe('r  reading the items');
  });
});

const ended = { ...state, status: 'SUCCEEDED', stopped: LATER.now } as const;

/** Follows a run whose polls end in turn as given, the last one again and again. */
function following(polls: readonly (RunState | Error)[], isKnown = true) {
  const written: string[] = [];
  let polled = 0;
  const last = follow({
    execution: {
      run: 'r',
      state: async () => {
        const poll = polls[Math.min(polled++, polls.length - 1)]!;
        if (poll instanceof Error) throw poll;
        return poll;
      },
    },
    stage: 'dev',
    settings,
    isKnown,
    output: { write: (text) => written.push(text) },
    pollMs: 0,
  });
  return { last, written, polled: () => polled };
}

describe('following a run', () => {
  it('ends with the run, and prints a line at the start and the end outside a terminal', async () => {
    const { last, written, polled } = following([state, state, ended]);
    expect(await last).toBe(ended);
    expect(polled()).toBe(3);
    expect(written).toHaveLength(2);
  });

  it('takes no item from before a restart for one that was done since', async () => {
    const restarted = { ...state, firstStarted: new Date('2026-11-28T11:00:00Z') };
    const { last, written } = following([restarted, { ...ended, ...restarted, status: 'FAILED' }]);
    await last;
    expect(written[0]).toMatch(/^r {2}2\/4 {2}50 % {2}1 failed {2}at most /);
  });

  it('survives minutes without a network, and says so once', async () => {
    const down = Array.from({ length: 59 }, () => new Error('getaddrinfo ENOTFOUND'));
    const { last, written } = following([state, ...down, state, ...down, ended]);
    expect(await last).toBe(ended);
    expect(written.filter((text) => text.includes('ENOTFOUND'))).toEqual(
      Array(2).fill('Run r cannot be read, trying again: getaddrinfo ENOTFOUND\n'),
    );
  });

  it('ends when the run cannot be read for longer, and says how to follow it again', async () => {
    const { last, polled } = following([state, new Error('The security token is expired')]);
    await expect(last).rejects.toMatchObject({
      message:
        'Run r could not be followed: The security token is expired. This does not stop the run. ' +
        'To follow it again: tss score --run r --stage dev',
      exitCode: 1,
    });
    expect(polled()).toBe(61);
  });

  it('waits silently until a run that it has started is found', async () => {
    const absent = new Error('Execution Does Not Exist');
    const { last, written } = following([absent, absent, ended]);
    expect(await last).toBe(ended);
    expect(written).toHaveLength(1);
  });

  it('fails at once if a run that was named cannot be read', async () => {
    const { last, polled } = following([new Error('Execution Does Not Exist'), ended], false);
    await expect(last).rejects.toThrow('Execution Does Not Exist');
    expect(polled()).toBe(1);
  });
});

const report = {
  input: 's3://b/input/a.jsonl',
  range: '0-9',
  etag: '"e"',
  lines: 12,
  scored: 10,
  left_out: 2,
  first_left_out: [{ line: 3, problem: 'no JSON' }],
  seconds: 90,
  model_name: 'm',
  model_revision: '1',
  output: 's3://b/results/a.parquet',
};

describe('the summary of a run', () => {
  it('adds up the reports of the items, passes over other objects, and names the query', async () => {
    const reports: Readonly<Record<string, Report>> = {
      a: report,
      b: { ...report, finished_at: '2026-11-29T14:31:00.000Z' },
      'another range': { ...report, range: '9-18' },
      'another object': { ...report, input: 's3://b/input/b.jsonl' },
      'an earlier run': { ...report, finished_at: '2026-11-29T14:30:07.900Z' },
    };
    const sums = await sumReports(
      { report: async (key) => reports[key] },
      [...Object.keys(reports), 'not a report'],
      [{ input: report.input, range: report.range }, { input: 's3://b/input/z.csv' }],
      new Date('2026-11-29T14:30:07.950Z'),
    );
    const text = renderSummary(
      'r',
      { ...state, status: 'SUCCEEDED', counts: { total: 4, running: 0, succeeded: 3, failed: 1 } },
      sums,
      [{ item: { input: 's3://b/input/z.csv' }, cause: 'Essential container exited, exit code 1' }],
      settings,
    );
    expect(text.split('\n')).toEqual([
      'Run r: succeeded',
      'Items: 3 of 4 done, 1 failed',
      '1 of them had been done before',
      'Texts: 20 scored, 4 left out',
      '  s3://b/input/a.jsonl bytes 0-9, line 3: no JSON',
      '  s3://b/input/a.jsonl bytes 0-9, line 3: no JSON',
      'Tasks worked for 3 minutes: about $0.00 on Spot, $0.01 on demand',
      'Failed: s3://b/input/z.csv: Essential container exited, exit code 1',
      'Results: s3://b/results/',
      "Athena: SELECT * FROM bulk_predictions WHERE model_name = 'm' AND model_revision = '1'",
      '',
    ]);
  });

  it('tells why a run failed', async () => {
    const sums = await sumReports({ report: async () => undefined }, [], [], new Date(0));
    const failed = { ...state, status: 'FAILED', cause: 'States.ItemReaderFailed: gone' } as const;
    expect(renderSummary('r', failed, sums, [], settings)).toContain(
      'Run r: failed (States.ItemReaderFailed: gone)',
    );
  });
});
