import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../service/domain/errors.ts';
import { formatDay, utcDay } from '../../../service/domain/utc-days.ts';
import { BufferedPredictionLog } from '../../../service/prediction-log/buffer.ts';
import { FilePredictionLogSink } from '../../../service/prediction-log/file-sink.ts';
import { predictionLine, tombstoneLine } from '../../../service/prediction-log/record.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const DAY_MS = 86_400_000;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'prediction-log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (keepDays = 400, logger = new RecordedLog()) =>
  FilePredictionLogSink.open({ dir, keepDays, logger });

const line = (tweetId: string, createdTimestampMs = Date.UTC(2026, 10, 23)) =>
  predictionLine(aRow({ tweetId, createdTimestampMs }));

const content = (name: string) => readFileSync(join(dir, name), 'utf8');

describe('FilePredictionLogSink', () => {
  it('files records by the UTC day they were created on', async () => {
    const midnight = Date.UTC(2026, 10, 24);
    const lines = [line('1', midnight - 1), line('2', midnight), tombstoneLine('1', midnight + 1)];
    await (await open()).write(lines);
    expect(content('2026-11-23.jsonl')).toBe(lines[0]?.text);
    expect(content('2026-11-24.jsonl')).toBe(`${lines[1]?.text}${lines[2]?.text}`);
  });

  it('appends to what another process, or an earlier one, has written', async () => {
    const sinks = [await open(), await open()];
    for (const [index, id] of ['1', '2', '3', '4'].entries()) {
      await sinks[index % 2]?.write([line(id)]);
    }
    const ids = content('2026-11-23.jsonl').match(/"tweet_id":"\d"/g);
    expect(ids).toEqual(['1', '2', '3', '4'].map((id) => `"tweet_id":"${id}"`));
  });

  it('ends a line that a crash has torn, so that only that one is lost', async () => {
    const sink = await open();
    await sink.write([line('1')]);
    appendFileSync(join(dir, '2026-11-23.jsonl'), '{"record_type":"predic');
    await sink.write([line('2')]);
    expect(content('2026-11-23.jsonl').split('\n')).toEqual([
      line('1').text.trimEnd(),
      '{"record_type":"predic',
      line('2').text.trimEnd(),
      '',
    ]);
  });

  it('makes its folder', async () => {
    const nested = join(dir, 'a', 'b');
    await FilePredictionLogSink.open({ dir: nested, keepDays: 1, logger: new RecordedLog() });
    expect(readdirSync(nested)).toEqual([]);
  });

  it('refuses to start where no folder can be', async () => {
    writeFileSync(join(dir, 'file'), '');
    const opening = FilePredictionLogSink.open({
      dir: join(dir, 'file', 'log'),
      keepDays: 1,
      logger: new RecordedLog(),
    });
    await expect(opening).rejects.toThrow(StartupError);
    await expect(opening).rejects.toThrow(
      /^PREDICTION_LOG_DIR=.* is not a writable directory: .*Set another/,
    );
  });

  it('deletes its files, and no others, when their day is too far back', async () => {
    const daysAgo = (days: number) => `${formatDay(utcDay(Date.now() - days * DAY_MS))}.jsonl`;
    const others = ['notes.txt', '2001-01-01.jsonl.gz', 'x2001-01-01.jsonl'];
    for (const name of [daysAgo(8), daysAgo(7), '2001-01-01.jsonl', ...others]) {
      writeFileSync(join(dir, name), '');
    }
    await (await open(7)).write([line('1', Date.now())]);
    expect(readdirSync(dir)).toEqual([daysAgo(7), daysAgo(0), ...others].toSorted());
  });

  it('writes on when an old file cannot be deleted, and logs it', async () => {
    mkdirSync(join(dir, '2001-01-01.jsonl'));
    const logger = new RecordedLog();
    await (await open(7, logger)).write([line('1')]);
    expect(content('2026-11-23.jsonl')).not.toBe('');
    expect(logger.lines).toMatchObject([{ level: 'warn' }]);
  });
});

describe('a prediction log in files', () => {
  async function aLog() {
    const [metrics, logger] = [new RecordedMetrics(), new RecordedLog()];
    return { log: new BufferedPredictionLog({ sink: await open(), metrics, logger }), logger };
  }
  const row = (tweetId: string) => aRow({ tweetId, createdTimestampMs: Date.UTC(2026, 10, 23) });

  it('survives a full disk: everything is there once there is room', async () => {
    const path = join(dir, '2026-11-23.jsonl');
    symlinkSync('/dev/full', path);
    const { log, logger } = await aLog();
    log.append([row('1')]);
    await expect(log.recordPurges(['2'])).rejects.toThrow('could not be recorded');
    expect(logger.lines[0]?.fields.reason).toContain('ENOSPC');
    rmSync(path);
    log.append([row('3')]);
    await log.flush();
    expect(content('2026-11-23.jsonl')).toContain('"3"');
    const written = readdirSync(dir).map(content).join('');
    expect(written.match(/"tweet_id":"\d"/g)?.toSorted()).toEqual([
      '"tweet_id":"1"',
      '"tweet_id":"2"',
      '"tweet_id":"3"',
    ]);
  });

  it('survives a folder that vanishes and comes back', async () => {
    const { promise: failed, resolve } = Promise.withResolvers<void>();
    const logger = { ...new RecordedLog(), warn: () => resolve() };
    const metrics = new RecordedMetrics();
    const log = new BufferedPredictionLog({ sink: await open(), metrics, logger });
    rmSync(dir, { recursive: true });
    writeFileSync(dir, 'in its place');
    log.append([row('1')]);
    const flushed = log.flush();
    await failed;
    rmSync(dir);
    mkdirSync(dir);
    await flushed;
    expect(content('2026-11-23.jsonl')).toBe(predictionLine(row('1')).text);
  });
});
