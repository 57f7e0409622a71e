import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FeatureRow } from '../../../../service/domain/feature-row.ts';
import { LABELS } from '../../../../service/domain/sentiment.ts';
import { runTool } from '../../../helpers/tool-process.ts';
import { OfflineLog } from '../features/offline-log.ts';

const DAY_MS = 86_400_000;
const MONDAY_MS = Date.UTC(2026, 10, 2);
const WEEKS = 3;
const PER_WEEK = 60;
/** After all of the weeks. */
const LABELED_MS = MONDAY_MS + 40 * DAY_MS;

let log: OfflineLog;
beforeEach(() => {
  log = new OfflineLog();
});
afterEach(() => log.delete());

function evaluate(...args: readonly string[]) {
  return runTool(['evaluate', '--from-log', 'log', '--labels', 'labels.csv', ...args], {
    folder: log.folder,
  });
}

/** Tweets of some weeks. */
function rows(): Partial<FeatureRow>[] {
  return Array.from({ length: WEEKS * PER_WEEK }, (_, index) => {
    const label = LABELS[index % LABELS.length] ?? 'neutral';
    const atMs = MONDAY_MS + Math.floor(index / PER_WEEK) * 7 * DAY_MS + index;
    const scores = { negative: 0.1, neutral: 0.1, positive: 0.1, [label]: 0.8 };
    return {
      tweetId: `${index + 1}`,
      eventTimestampMs: atMs,
      createdTimestampMs: atMs,
      label,
      scores,
    };
  });
}

/** The labels of all rows; in the last week, half of the positive and all negative ones are flipped. */
function writeLabels(...more: readonly (readonly [string, number, string])[]): void {
  const labels = rows().map(
    ({ tweetId = '', label = 'neutral', createdTimestampMs = 0 }, index) => {
      const isFlipped =
        index >= (WEEKS - 1) * PER_WEEK && (label === 'negative' || index % 2 === 0);
      const flipped = label === 'negative' ? 'positive' : 'negative';
      const truth = isFlipped && label !== 'neutral' ? flipped : label;
      return [tweetId, createdTimestampMs + 3 * DAY_MS, truth] as const;
    },
  );
  log.label(...labels, ...more);
}

describe('tss evaluate --from-log', () => {
  it('finds the week from which labels are flipped, and exits 1 below a threshold', async () => {
    log.score(...rows());
    log.purge('1', MONDAY_MS + 9 * DAY_MS);
    writeLabels(['999', MONDAY_MS, 'neutral'], ['2', MONDAY_MS + DAY_MS, 'NEUTRAL']);
    const { code, stdout, stderr } = await evaluate('--min-recall', '0.7', '--chart', 'drift.svg');
    expect(stdout).toMatch(/^182 labels: 179 judged\n/);
    expect(stdout).toContain('left out: 1 of purged tweets\n');
    expect(stdout).toContain('left out: 1 of tweets that are not in the log\n');
    expect(stdout).toContain('left out: 1 of tweets with a later label\n');
    expect(stdout).toMatch(/^2026-11-02 +\w+ +59 +1\.000 ± 0\.0\d\d /m);
    expect(stderr).toMatch(
      /^The macro recall is below 0\.7 by more than chance:\n {2}2026-11-16 \(\w+\): 0\.\d{3}, at most 0\.\d{3}\n$/,
    );
    expect(code).toBe(1);
    expect(readFileSync(log.path('drift.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it('gives the same figures for Parquet as Firehose writes it, and for both together', async () => {
    log.score(...rows());
    writeLabels();
    const fromLines = await evaluate('--json');
    // The columns of releases before languages, in folders of days.
    await mkdir(log.path('log/scored_date=2026-11-02'));
    // Folders with names of files.
    await mkdir(log.path('log/2026-11-02.parquet/2026-11-01.jsonl'), { recursive: true });
    await mkdir(log.path('log/2026-11-01.jsonl'));
    await log.query(`COPY (
      SELECT * EXCLUDE (language, language_supported)
      FROM read_json('log/*.jsonl', union_by_name = true)
    ) TO '${log.path('log/scored_date=2026-11-02/RECORDS.PARQUET')}' (FORMAT parquet)`);
    const both = await evaluate('--json');
    expect(both.code).toBe(0);
    expect(JSON.parse(both.stdout)).toEqual(JSON.parse(fromLines.stdout));
  });

  it('does not alarm for a few labels beside a period that can be judged', async () => {
    log.score(...rows());
    const first = rows().slice(0, PER_WEEK);
    const right = first.map(
      ({ tweetId = '', label = '' }) => [tweetId, LABELED_MS, label] as const,
    );
    log.label(...right, [`${PER_WEEK + 1}`, LABELED_MS, 'positive']);
    const { code, stdout } = await evaluate('--min-recall', '0.9');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2026-11-09 +\w+ +1 +- /m);
  });

  it('exits 1 with --min-recall when no period can be judged', async () => {
    log.score(...rows());
    log.label(...['1', '2', '3'].map((id) => [id, MONDAY_MS + DAY_MS, 'neutral'] as const));
    const { code, stdout, stderr } = await evaluate('--min-recall', '0.9', '--by', 'month');
    expect(stdout).toMatch(/^2026-11-01 +\w+ +3 +- /m);
    expect([code, stderr]).toEqual([
      1,
      '--min-recall: nothing could be judged: no period has 5 labels of each of negative, neutral, ' +
        'positive\n',
    ]);
  });

  it.each([
    ['a label that is not a sentiment', '1,1795435200000,up\n', "got 'up'"],
    ['an id that a spreadsheet rounded', '1.46E+18,1795435200000,neutral\n', 'label 1: an id must'],
  ])('refuses %s', async (_name, line, fault) => {
    log.score(...rows());
    writeFileSync(log.path('labels.csv'), `entity,event_timestamp,label\n${line}`);
    const { code, stdout, stderr } = await evaluate();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(fault);
  });

  it('refuses a folder without a log, and leaves no chart', async () => {
    writeLabels();
    const { code, stderr } = await evaluate('--chart', 'drift.svg');
    expect(code).toBe(1);
    expect(stderr).toContain('The prediction log log cannot be read: it has neither files such as');
    expect(existsSync(log.path('drift.svg'))).toBe(false);
  });

  it('refuses to replace a file by the chart', async () => {
    writeLabels();
    const labels = readFileSync(log.path('labels.csv'), 'utf8');
    const { code, stderr } = await evaluate('--chart', 'labels.csv');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'labels.csv exists already; delete it, or choose another name with --chart\n',
    });
    expect(readFileSync(log.path('labels.csv'), 'utf8')).toBe(labels);
  });

  it.each([
    [['evaluate', '--data', 'a.csv', '--by', 'week'], '--by needs --from-log'],
    [['evaluate', '--from-log', 'log'], '--from-log needs --labels FILE'],
    [
      ['evaluate', '--from-log', 'log', '--labels', 'l', '--model', 'm'],
      '--model does not go with --from-log',
    ],
  ])('takes its own options: %j', async (args, fault) => {
    const { code, stderr } = await runTool(args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(fault) });
  });
});
