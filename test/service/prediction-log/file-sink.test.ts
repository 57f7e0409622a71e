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

  it('keeps each line whole when processes append more than half a megabyte at once', async () => {
    const sinks = await Promise.all(Array.from({ length: 4 }, () => open()));
    const lines = sinks.map((_, sink) =>
      Array.from({ length: 4_000 }, (__, index) => line(`${sink + 1}${index}`)),
    );
    await Promise.all(sinks.map((sink, index) => sink.write(lines[index] ?? [])));
    const written = content('2026-11-23.jsonl').split('\n').slice(0, -1);
    const whole = new Set(lines.flat().map(({ text }) => text.trimEnd()));
    expect(written.filter((text) => !whole.has(text))).toEqual([]);
    expect(written).toHaveLength(whole.size);
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

  it.each([
    ['below a file', () => join(dir, 'file', 'log')],
    // Node's recursive mkdir would try without end.
    ['below /proc', () => '/proc/predictions/log'],
  ])('refuses to start where no folder can be: %s', async (_, place) => {
    writeFileSync(join(dir, 'file'), '');
    const opening = FilePredictionLogSink.open({
      dir: place(),
      keepDays: 1,
      logger: new RecordedLog(),
    });
    await expect(opening).rejects.toThrow(StartupError);
    await expect(opening).rejects.toThrow(
      /^PREDICTION_LOG_DIR=.* is not a writable directory: .*Set one that user \d+ can write to/,
    );
  });

  describe('the retention', () => {
    let nowMs: number;
    let monotonicMs: number;
    let logger: RecordedLog;
    beforeEach(() => {
      nowMs = Date.UTC(2026, 10, 23, 12);
      monotonicMs = 0;
      logger = new RecordedLog();
    });

    const pass = (ms: number) => {
      nowMs += ms;
      monotonicMs += ms;
    };
    const openAt = (keepDays: number) =>
      FilePredictionLogSink.open({
        ...{ dir, keepDays, logger },
        clocks: { now: () => nowMs, monotonicMs: () => monotonicMs },
      });
    const nameOf = (ms: number) => `${formatDay(utcDay(ms))}.jsonl`;
    const daysAgo = (days: number) => nameOf(Date.UTC(2026, 10, 23) - days * DAY_MS);
    const make = (...names: string[]) => {
      for (const name of names) writeFileSync(join(dir, name), '');
    };
    const write = (sink: FilePredictionLogSink) => sink.write([line('1', nowMs)]);

    it('deletes its files, and no others, when their day is too far back, and logs it', async () => {
      const others = ['notes.txt', '2001-01-01.jsonl.zst', 'x2001-01-01.jsonl'];
      make(daysAgo(9), daysAgo(8), daysAgo(7), ...others);
      await write(await openAt(7));
      expect(readdirSync(dir)).toEqual([daysAgo(7), daysAgo(0), ...others].toSorted());
      expect(logger.lines).toEqual([
        {
          level: 'info',
          fields: { days: ['2026-11-14', '2026-11-15'], keepDays: 7 },
          message: 'deleted expired files of the prediction log',
        },
      ]);
    });

    it('keeps the days after one that is compressed: they may hold tombstones of its tweets', async () => {
      const kept = [`${daysAgo(8)}.gz`, daysAgo(8), daysAgo(7)];
      make(daysAgo(9), ...kept, `${daysAgo(6)}.gz`);
      const sink = await openAt(3);
      await write(sink);
      pass(3_600_000);
      await write(sink);
      expect(readdirSync(dir)).toEqual([...kept, `${daysAgo(6)}.gz`, daysAgo(0)].toSorted());
      expect(logger.lines.filter(({ level }) => level === 'warn')).toMatchObject([
        { fields: { compressedDay: '2026-11-15' } },
      ]);
    });

    it('deletes five files an hour at most, the oldest first', async () => {
      make(...Array.from({ length: 12 }, (_, index) => daysAgo(index + 1)));
      const sink = await openAt(1);
      await write(sink);
      expect(readdirSync(dir)).toHaveLength(8);
      pass(3_599_999);
      await write(sink);
      expect(readdirSync(dir)).toHaveLength(8);
      pass(1);
      await write(sink);
      expect(readdirSync(dir)).toEqual([daysAgo(2), daysAgo(1), daysAgo(0)]);
    });

    it.each([3, 40])(
      'deletes nothing when the clock is %d years ahead at the start',
      async (years) => {
        const archive = Array.from({ length: 20 }, (_, index) => daysAgo(index)).toSorted();
        make(...archive);
        nowMs += years * 365 * DAY_MS;
        for (let day = 0; day < 6; day++) {
          await write(await openAt(30));
          pass(DAY_MS);
        }
        expect(readdirSync(dir).slice(0, 20)).toEqual(archive);
        expect(logger.lines).toEqual([]);
      },
    );

    it('deletes nothing when the clock jumps ahead while the process runs', async () => {
      make(...Array.from({ length: 20 }, (_, index) => daysAgo(index)));
      const sink = await openAt(30);
      await write(sink);
      nowMs += 3 * 365 * DAY_MS;
      for (let day = 0; day < 10; day++) {
        pass(DAY_MS);
        await write(sink);
      }
      expect(readdirSync(dir)).toHaveLength(30);
    });

    it('goes on after a long break, once a week of files shows that the calendar is right', async () => {
      make(daysAgo(500), daysAgo(499));
      for (let day = 0; day < 6; day++) {
        await write(await openAt(400));
        pass(DAY_MS);
      }
      expect(readdirSync(dir)).toHaveLength(8);
      await write(await openAt(400));
      expect(readdirSync(dir)).toHaveLength(7);
    });

    it('ignores a file that a wrong clock has left in the future', async () => {
      make('2029-11-27.jsonl', daysAgo(9), daysAgo(1));
      await write(await openAt(7));
      expect(readdirSync(dir)).toEqual([daysAgo(1), daysAgo(0), '2029-11-27.jsonl']);
    });
  });

  it('writes on when an old file cannot be deleted, and logs it', async () => {
    mkdirSync(join(dir, '2026-11-10.jsonl'));
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
