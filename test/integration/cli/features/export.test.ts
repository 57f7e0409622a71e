import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PREDICTION_RECORD } from '../../../../service/contract/offline.ts';
import { OfflineLog } from './offline-log.ts';

const DAY_1 = Date.UTC(2026, 10, 22, 23, 59, 59, 999);
const DAY_2 = DAY_1 + 1;

let log: OfflineLog;
beforeEach(() => {
  log = new OfflineLog();
});
afterEach(() => log.delete());

const rows = (columns: string, dir = 'out') =>
  log.query(
    `SELECT ${columns} FROM read_parquet('${dir}/*/*.parquet', hive_partitioning = true, hive_types_autocast = false) ORDER BY ALL`,
  );

describe('features export', () => {
  it('writes Parquet, a folder for each UTC day of scoring, with the columns of the contract', async () => {
    log.score(
      { tweetId: '9007199254740993', createdTimestampMs: DAY_1 },
      { tweetId: '9223372036854775807', authorId: null, topics: [], createdTimestampMs: DAY_2 },
    );
    const { code, stdout, stderr } = await log.run('export', '--out', 'exports/november');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('2 predictions of 2 days');
    renameSync(log.path('exports/november'), log.path('out'));
    expect(readdirSync(log.path('out'))).toEqual([
      'scored_date=2026-11-22',
      'scored_date=2026-11-23',
    ]);
    const [row] = await rows('*');
    expect(Object.keys(row ?? {})).toEqual([...Object.keys(PREDICTION_RECORD), 'scored_date']);
    expect(row).toMatchObject({
      tweet_id: '9007199254740993',
      topics: ['#phones', '$btc'],
      created_timestamp: String(DAY_1),
      score_positive: 0.8,
      language: 'en',
      language_supported: true,
      scored_date: '2026-11-22',
    });
    expect(await rows('tweet_id, author_id, topics')).toContainEqual({
      tweet_id: '9223372036854775807',
      author_id: null,
      topics: [],
    });
  });

  it('has the types that the table on AWS has', async () => {
    log.score({});
    await log.run('export', '--out', 'out');
    const described = await log.query(
      "DESCRIBE FROM read_parquet('out/*/*.parquet', hive_partitioning = false)",
    );
    const types = described.map(({ column_name, column_type }) => [column_name, column_type]);
    expect(Object.fromEntries(types)).toMatchObject({
      tweet_id: 'VARCHAR',
      topics: 'VARCHAR[]',
      event_timestamp: 'BIGINT',
      preprocessing_version: 'INTEGER',
      score_negative: 'DOUBLE',
    });
  });

  it('leaves purged tweets out, whenever they were purged, and tombstones too', async () => {
    log.score(
      { tweetId: '1', createdTimestampMs: DAY_1 },
      { tweetId: '2', createdTimestampMs: DAY_1 },
      { tweetId: '2', createdTimestampMs: DAY_2 },
    );
    log.purge('2', DAY_2);
    const { stdout } = await log.run('export', '--out', 'out');
    expect(await rows('record_type, tweet_id')).toEqual([
      { record_type: 'prediction', tweet_id: '1' },
    ]);
    expect(stdout).toContain('left out: 2 of purged tweets');
  });

  /** Replaces a day of the log by its compressed bytes. */
  const compress = (day: string, cut = (bytes: Buffer) => bytes) => {
    const file = join(log.dir, `${day}.jsonl`);
    writeFileSync(`${file}.gz`, cut(gzipSync(readFileSync(file))));
    rmSync(file);
  };

  it('reads compressed days and their tombstones, also beside a file of the same day', async () => {
    log.score(
      { tweetId: '1', createdTimestampMs: DAY_1 },
      { tweetId: '2', createdTimestampMs: DAY_1 },
      { tweetId: '2', createdTimestampMs: DAY_2 },
    );
    log.purge('2', DAY_1);
    compress('2026-11-22');
    log.score({ tweetId: '3', createdTimestampMs: DAY_1 });
    const { stderr } = await log.run('export', '--out', 'out');
    expect(stderr).toBe('');
    expect(await rows('tweet_id, scored_date')).toEqual([
      { tweet_id: '1', scored_date: '2026-11-22' },
      { tweet_id: '3', scored_date: '2026-11-22' },
    ]);
  });

  it('reads the logs of several machines, each with tombstones for all', async () => {
    log.score({ tweetId: '1', createdTimestampMs: DAY_1 });
    log.purge('3', DAY_2);
    renameSync(log.dir, log.path('machine-1'));
    mkdirSync(log.dir);
    log.score(
      { tweetId: '2', createdTimestampMs: DAY_1 },
      { tweetId: '3', createdTimestampMs: DAY_1 },
    );
    compress('2026-11-22');
    renameSync(log.dir, log.path('machine-2'));
    const folders = ['--log', 'machine-1', 'machine-2'];
    const { stdout } = await log.run('export', ...folders, '--out', 'out');
    expect(stdout).toContain('2 predictions of 1 day; left out: 1 of purged tweets');
    expect(await rows('tweet_id')).toEqual([{ tweet_id: '1' }, { tweet_id: '2' }]);
    log.label(['2', DAY_2, 'up']);
    expect(await log.trainingSet(...folders)).toMatchObject([{ feature_tweet_id: '2' }]);
  });

  it.each([
    ['cut off', -10, 'unexpected end of file'],
    ['cut off at its start', 0, 'it is empty'],
  ])('refuses a compressed day that was %s', async (_what, end, reason) => {
    log.score({ tweetId: '1', createdTimestampMs: DAY_1 });
    compress('2026-11-22', (bytes) => bytes.subarray(0, end));
    const { code, stderr } = await log.run('export', '--out', 'out');
    expect(code).toBe(1);
    expect(stderr).toContain(`${log.dir}/2026-11-22.jsonl.gz: ${reason}`);
  });

  it('leaves out a line whose time is beyond every calendar', async () => {
    log.score({ tweetId: '1', createdTimestampMs: DAY_1 });
    const line = { record_type: 'tombstone', tweet_id: '1', created_timestamp: 0 };
    const absurd = JSON.stringify(line).replace('0}', '9223372036854775807}');
    appendFileSync(join(log.dir, '2026-11-22.jsonl'), `${absurd}\n`);
    const { code, stderr } = await log.run('export', '--out', 'out');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('2026-11-22.jsonl: 1 line left out that is not a record of this day'),
    ]);
    expect(await rows('tweet_id')).toEqual([{ tweet_id: '1' }]);
  });

  it('names files of the log that it cannot read', async () => {
    log.score({ tweetId: '1', createdTimestampMs: DAY_1 });
    writeFileSync(join(log.dir, '2026-11-21.jsonl.zst'), '');
    writeFileSync(join(log.dir, 'notes.txt'), '');
    const { code, stderr } = await log.run('export', '--out', 'out');
    expect(code).toBe(0);
    expect(stderr).toBe(
      `${log.dir}/2026-11-21.jsonl.zst is left out: its name must be like 2026-11-23.jsonl or 2026-11-23.jsonl.gz\n`,
    );
  });

  it('keeps a record once that was written twice, and every score of a tweet', async () => {
    const row = { tweetId: '1', createdTimestampMs: DAY_1 };
    log.score(row, row, { ...row, createdTimestampMs: DAY_1 - 1 });
    const { stdout } = await log.run('export', '--out', 'out');
    expect(await rows('tweet_id')).toHaveLength(2);
    expect(stdout).toContain('1 repeated');
  });

  it('reads records of releases before languages as of undetermined ones', async () => {
    log.score({ tweetId: '1', createdTimestampMs: DAY_1 });
    const file = join(log.dir, '2026-11-22.jsonl');
    const { language: _, language_supported: __, ...old } = JSON.parse(readFileSync(file, 'utf8'));
    appendFileSync(file, `${JSON.stringify({ ...old, tweet_id: '2' })}\n`);
    await log.run('export', '--out', 'out');
    expect(await rows('tweet_id, language, language_supported')).toEqual([
      { tweet_id: '1', language: 'en', language_supported: true },
      { tweet_id: '2', language: null, language_supported: null },
    ]);
  });

  it('leaves out and reports lines that hold no record, torn, foreign or of another day', async () => {
    log.score(
      { tweetId: '1', createdTimestampMs: DAY_1 },
      { tweetId: '2', createdTimestampMs: DAY_2 },
    );
    const file = join(log.dir, '2026-11-22.jsonl');
    appendFileSync(file, '\n\0\0\0\n[]\n{"record_type":"prediction","tweet_id":"3"}\n');
    log.write({
      recordType: 'prediction',
      createdTimestampMs: DAY_1,
      text: '{"record_type":"predict',
      bytes: 0,
    });
    appendFileSync(
      join(log.dir, '2026-11-23.jsonl'),
      '{"record_type":"tombstone","tweet_id":"1","created_timestamp":12}\n',
    );
    const { code, stderr } = await log.run('export', '--out', 'out');
    expect(code).toBe(0);
    expect(stderr).toBe(
      `${log.dir}/2026-11-22.jsonl: 4 lines left out that are not records of this day, as after a crash or in a file that was renamed\n` +
        `${log.dir}/2026-11-23.jsonl: 1 line left out that is not a record of this day, as after a crash or in a file that was renamed\n`,
    );
    expect(await rows('tweet_id')).toEqual([{ tweet_id: '1' }, { tweet_id: '2' }]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves nothing behind when %s ends it',
    async (signal) => {
      for (let part = 0; part < 20; part++) {
        log.score(
          ...Array.from({ length: 10_000 }, (_, index) => ({
            tweetId: String(part * 10_000 + index + 1),
            createdTimestampMs: DAY_1 - index,
          })),
        );
      }
      const before = readdirSync(log.folder);
      const started = Promise.withResolvers<void>();
      const watcher = watch(log.folder, () => started.resolve());
      const child = log.start('export', '--out', 'out');
      await started.promise;
      watcher.close();
      expect(readdirSync(log.folder)).toHaveLength(before.length + 1);
      child.interrupt(signal);
      const { code } = await child.ended;
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(readdirSync(log.folder)).toEqual(before);
    },
  );

  it('takes an empty folder, and no other, for its own', async () => {
    log.score({});
    mkdirSync(log.path('out'));
    expect((await log.run('export', '--out', 'out')).code).toBe(0);
    const { code, stderr } = await log.run('export', '--out', 'out');
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      'out exists already; delete it or choose another',
    ]);
  });
});

describe('features', () => {
  it.each<[string, string[], string]>([
    ['no command', [], 'Usage: tss features'],
    [
      'an unknown command',
      ['exprot'],
      "unknown command 'exprot' (did you mean export?); run `tss features --help`",
    ],
    ['no --out', ['export'], "required option '--out <DIR>' not specified"],
    ['an unknown option', ['export', '--out', 'x', '--labels', 'y'], "unknown option '--labels'"],
    ['no --labels', ['training-set', '--out', 'x'], "required option '--labels <FILE>'"],
    [
      'an unknown entity',
      ['training-set', '--out', 'x', '--labels', 'y', '--entity', 'topic'],
      "'topic' is invalid. Allowed choices are tweet, user",
    ],
    [
      'an unknown --as-of',
      ['training-set', '--out', 'x', '--labels', 'y', '--as-of', 'now'],
      "'now' is invalid. Allowed choices are created, event",
    ],
  ])('features exits 2 and prints the reason given %s', async (_name, args, reason) => {
    const { code, stdout, stderr } = await log.run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
  });

  it.each<[string, string[], string]>([
    ['an empty log', [], 'log has no prediction log'],
    ['no log', ['--log', 'nowhere'], 'nowhere cannot be read: ENOENT'],
  ])('features exits 1 and prints the reason given %s', async (_name, args, reason) => {
    const { code, stdout, stderr } = await log.run('export', '--out', 'x', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(reason);
  });

  it.each([[['--help']], [['export', '--help']]])(
    'features prints its help to stdout for %j',
    async (args) => {
      const { code, stdout, stderr } = await log.run(...args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: tss features/);
    },
  );

  it('features exits 1 when the output is not writable', async () => {
    log.score({});
    writeFileSync(log.path('file'), '');
    for (const out of ['file', 'file/out']) {
      expect((await log.run('export', '--out', out)).code).toBe(1);
    }
  });
});
