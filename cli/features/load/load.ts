import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AdminClient } from '../../clients/admin-client.ts';
import { type StoringRoute, sendDivided } from '../../clients/send-divided.ts';
import { counted } from '../../kit/counted.ts';
import { CliError } from '../../kit/errors.ts';
import { Input } from '../../kit/input.ts';
import { LeftOut } from '../../kit/left-out.ts';
import { Pace } from '../../kit/pace.ts';
import { print } from '../../kit/printable.ts';
import { Announcer } from '../../kit/progress.ts';
import { expectUnroundedTweets, SAMPLED_ROWS } from '../../kit/rounded-ids.ts';
import { continuation, jobKey, StateFile } from '../../kit/state-file.ts';
import { lackedAuthorIdsNote, lacksAuthorId } from '../../kit/tweet-author.ts';
import { hasUnreadTime, unreadTimesNote } from '../../kit/tweet-time.ts';
import { withParquetRows } from './parquet-rows.ts';
import { type FileRow, readFields } from './read-fields.ts';
import { type RowDefaults, type ScoredRow, scoredRow } from './scored-row.ts';

export interface LoadOptions {
  /** Path of scored rows. */
  readonly file: string;
  readonly url: string;
  /** Highest number of rows that are stored in a second. */
  readonly rate: number;
  /** Before the names of the columns that `tss score` added. */
  readonly prefix: string;
  /** ISO 8601; time of the scores of rows without scored_at. That of the file by default. */
  readonly scoredAt?: string;
  /** Start over, whatever an interrupted run has done. */
  readonly restarts: boolean;
  readonly stateFile: string;
}

/** The default limit of the service. */
const BATCH_ROWS = 100;

/** A row and the line in which it begins. */
interface PlacedRow {
  readonly row: ScoredRow;
  readonly number: number;
}

interface Tally {
  loaded: number;
  /** Refused by the service. */
  refused: number;
  /** Sent rows whose id tells their time, because the time that they had was not read. */
  unreadTimes: number;
  /** Sent rows with a name of the author but no id, which no user counts. */
  lackedAuthorIds: number;
  /** Sent rows that tell no hashtags. */
  lackedTexts: number;
}

/**
 * Stores scored rows in a running service, and continues where an interrupted run stopped.
 *
 * @throws CliError also when ids are rounded, or when rows were left out, by this run or by the
 *   interrupted one
 */
export async function loadScoredRows(options: LoadOptions, signal: AbortSignal): Promise<void> {
  const input = await Input.open(options.file);
  if (input.fingerprint === undefined) {
    throw new CliError(`${options.file} is not a regular file; save its content first`);
  }
  const { mtime } = await stat(options.file);
  const defaults = {
    ...modelOfPath(resolve(options.file)),
    prefix: options.prefix,
    scoredAt: options.scoredAt ?? mtime.toISOString(),
  };
  // Of one run are the rows of the same file that are read in the same way.
  const { url, prefix, scoredAt = '' } = options;
  const job = jobKey('load', url, input.fingerprint, prefix, scoredAt);
  const load = async (lines: Input, unit: string) => {
    expectUnroundedTweets(await firstTweets(readFields(lines), defaults), options.file);
    await send(readFields(lines), { ...options, job, unit, defaults }, signal);
  };
  if (!/\.parquet$/i.test(options.file)) return load(input, 'line');
  await withParquetRows(options.file, signal, async (lines) =>
    load(await Input.open(lines), 'row'),
  );
}

/** Tweets of the first `SAMPLED_ROWS` rows. */
async function firstTweets(
  rows: AsyncIterable<FileRow>,
  defaults: RowDefaults,
): Promise<ScoredRow['tweet'][]> {
  const tweets: ScoredRow['tweet'][] = [];
  let read = 0;
  for await (const { fields } of rows) {
    const row = fields && scoredRow(fields, defaults);
    if (typeof row === 'object') tweets.push(row.tweet);
    if (++read === SAMPLED_ROWS) break;
  }
  return tweets;
}

async function send(
  rows: AsyncIterable<FileRow>,
  options: LoadOptions & { job: string; unit: string; defaults: RowDefaults },
  signal: AbortSignal,
): Promise<void> {
  const { file, url, rate, job, unit, defaults } = options;
  const announcer = new Announcer();
  const { announce } = announcer;
  const service = AdminClient.fromEnvironment({ url, announce, signal });
  const state = await StateFile.open(options.stateFile);
  const earlier = options.restarts ? undefined : state.get(job);
  if (earlier) announce(continuation(earlier));
  const pace = new Pace(rate, { signal });
  const tally: Tally = {
    loaded: 0,
    refused: 0,
    unreadTimes: 0,
    lackedAuthorIds: 0,
    lackedTexts: 0,
  };
  const leftOut = new LeftOut(file, announce);
  const missing = () => (earlier?.failed ?? 0) + leftOut.lines + tally.refused;
  let done = earlier?.done ?? 0;
  const bar = announcer.showBar({ name: file, total: null, done });
  let waiting: PlacedRow[] = [];
  const route: StoringRoute<PlacedRow> = {
    service,
    path: '/v1/admin/features/load',
    bodyOf: (part) => ({ rows: part.map(({ row }) => row) }),
  };
  const flush = async () => {
    await sendDivided(waiting, route, ({ number }, { refusal }) => {
      if (!refusal) {
        tally.loaded++;
        return;
      }
      tally.refused++;
      leftOut.refused(`${unit} ${number}`, refusal);
    });
    bar.update(done);
    await state.put(job, { cursor: String(done), done, failed: missing() });
    await pace.spend(waiting.length);
    waiting = [];
  };
  let isWhole = false;
  try {
    let read = 0;
    for await (const { number, fields, fault = '' } of rows) {
      if (++read <= done) continue;
      const row = fields ? scoredRow(fields, defaults) : fault;
      if (typeof row === 'string') leftOut.add(`${unit} ${number}`, row);
      else {
        waiting.push({ row, number });
        if (hasUnreadTime(row.tweet)) tally.unreadTimes++;
        if (lacksAuthorId(row.tweet)) tally.lackedAuthorIds++;
        if (lacksText(row.tweet)) tally.lackedTexts++;
      }
      done = read;
      if (waiting.length === BATCH_ROWS) await flush();
    }
    if (waiting.length > 0) await flush();
    await state.remove(job);
    isWhole = true;
  } finally {
    bar.end();
    if (isWhole || tally.loaded + tally.refused + leftOut.lines > 0) {
      print(summary(file, tally, leftOut.lines));
    }
  }
  if (missing() > 0) {
    throw new CliError(
      `${counted(missing(), 'row was left out; correct it', 'rows were left out; correct them')}, and run the same command again: rows that are ` +
        'stored already count once.',
    );
  }
}

function summary(
  file: string,
  { loaded, refused, unreadTimes, lackedAuthorIds, lackedTexts }: Tally,
  unreadable: number,
): string {
  return (
    `${file}: ${counted(loaded, 'row')} loaded, ${refused} refused by the service` +
    unreadTimesNote(unreadTimes) +
    lackedAuthorIdsNote(lackedAuthorIds) +
    (lackedTexts > 0 ? `, ${lackedTexts} without a text (no hashtag counts them)` : '') +
    (unreadable > 0 ? `, ${unreadable} without what a row needs` : '')
  );
}

/** True for a tweet without hashtags because it has nothing to read them from. */
function lacksText({ text, entities, note_tweet, note_post }: ScoredRow['tweet']): boolean {
  return [text, entities, note_tweet, note_post].every((field) => field === undefined);
}

/** The model that the folders of a result name. */
function modelOfPath(path: string): Pick<RowDefaults, 'modelName' | 'modelRevision'> {
  const [, modelName, modelRevision] =
    /[\\/]model_name=([^\\/]+)[\\/]model_revision=([^\\/]+)[\\/]/.exec(path) ?? [];
  return modelName === undefined || modelRevision === undefined ? {} : { modelName, modelRevision };
}
