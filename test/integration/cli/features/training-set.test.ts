import { cpSync, globSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TRAINING_COLUMNS } from '../../../../service/contract/offline.ts';
import type { FeatureRow } from '../../../../service/domain/feature-row.ts';
import { OfflineLog } from './offline-log.ts';

/** Noon in UTC; 7 a.m. in New York, which is the zone of the process under test. */
const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const TWEET = '1460323737035677698';
const USER = '2244994945';

let log: OfflineLog;
beforeEach(() => {
  log = new OfflineLog();
});
afterEach(() => log.delete());

/** A score of the tweet made `event` minutes from noon, scored `created` minutes from noon. */
function score(event: number, created: number, overrides: Partial<FeatureRow> = {}) {
  log.score({
    tweetId: TWEET,
    authorId: USER,
    eventTimestampMs: NOON + event * MINUTE,
    createdTimestampMs: NOON + created * MINUTE,
    ...overrides,
  });
}

const scored = (row: Record<string, unknown> | undefined) =>
  row?.feature_created_timestamp === null
    ? null
    : (Number(row?.feature_created_timestamp) - NOON) / MINUTE;

/** When the row was scored, in minutes from noon, that a label at noon sees. */
async function seenAtNoon(...options: readonly string[]): Promise<number | null> {
  log.label([options.includes('user') ? USER : TWEET, NOON, 'up']);
  const rows = await log.trainingSet(...options);
  expect(rows).toHaveLength(1);
  return scored(rows[0]);
}

const NO_TIME =
  'label 1: a time must be like 2026-11-23T10:00:00+01:00, with its zone, or milliseconds since 1970';

describe('features training-set lets no label see', () => {
  it('a tweet that was made later', async () => {
    score(1, 2);
    expect(await seenAtNoon()).toBeNull();
    expect(await seenAtNoon('--as-of', 'event')).toBeNull();
  });

  it('a score that was made later, however old the tweet is', async () => {
    score(-1_000, 1);
    expect(await seenAtNoon()).toBeNull();
  });

  it('a revised score that was made later; it sees the one before', async () => {
    score(-10, -9);
    score(-10, 5, { model: { name: 'fake-model', revision: 'fffffffffffff' } });
    expect(await seenAtNoon()).toBe(-9);
  });

  it('a tweet made later but scored, by a clock that is wrong, before', async () => {
    score(-10, -9);
    score(5, -1, { tweetId: '2' });
    expect(await seenAtNoon('--entity', 'user')).toBe(-9);
  });

  it('a purged tweet, whether purged before or after, and however often it is scored', async () => {
    score(-10, -9);
    log.purge(TWEET, NOON + MINUTE);
    score(-10, -5);
    expect(await seenAtNoon()).toBeNull();
    expect(await seenAtNoon('--as-of', 'event')).toBeNull();
  });

  it.each([{ createdTimestampMs: NOON + 1 }, { eventTimestampMs: NOON + 1 }])(
    'what lies a millisecond ahead: %j',
    async (ahead) => {
      score(0, 0, ahead);
      expect(await seenAtNoon()).toBeNull();
    },
  );

  it('a tweet whose id differs in its last digit', async () => {
    score(-10, -9, { tweetId: '1460323737035677699' });
    expect(await seenAtNoon()).toBeNull();
  });
});

describe('features training-set gives a label', () => {
  it('what is there at its very millisecond', async () => {
    score(0, 0);
    expect(await seenAtNoon()).toBe(0);
  });

  it('the newest tweet of a user, not the one scored last', async () => {
    score(-10, -1);
    score(-5, -4, { tweetId: '2' });
    expect(await seenAtNoon('--entity', 'user')).toBe(-4);
  });

  it('the newest score of the newest tweet', async () => {
    score(-5, -4);
    score(-5, -2);
    score(-5, -3);
    expect(await seenAtNoon('--entity', 'user')).toBe(-2);
  });

  it('the newest score of a tweet, also where an older one has its time from the id', async () => {
    score(-5, -4, { eventTimestampMs: NOON - 5 * MINUTE + 69 });
    score(-5, -3);
    expect(await seenAtNoon()).toBe(-3);
  });

  it('with --as-of event also what was scored later', async () => {
    score(-5, 60);
    expect(await seenAtNoon('--as-of', 'event')).toBe(60);
  });

  it('one row where a record was written twice', async () => {
    score(-5, -4);
    score(-5, -4);
    expect(await seenAtNoon()).toBe(-4);
  });

  it('nulls where it sees nothing', async () => {
    score(-5, -4);
    log.label(['7', NOON, 'up']);
    const [row] = await log.trainingSet();
    expect(Object.keys(row ?? {})).toEqual(TRAINING_COLUMNS);
    expect(row).toMatchObject({ entity: '7', label: 'up', feature_tweet_id: null });
  });

  it('the same row among ties, in every run', async () => {
    for (const tweetId of ['3', '1', '2']) score(-5, -4, { tweetId });
    log.label([USER, NOON, 'a'], [USER, NOON, 'a']);
    const rows = await log.trainingSet('--entity', 'user');
    expect(rows.map((row) => row.feature_tweet_id)).toEqual(['3', '3']);
  });
});

describe('features training-set --bulk', () => {
  const bulk = (atMs: number, record = `{"author_id":"${USER}"}`) =>
    log.query(`
      COPY (
        SELECT 's3://b/t.jsonl' AS input, 1::BIGINT AS line, '${TWEET}' AS id, 'a' AS text,
          '${record}' AS record, 'positive' AS label, 0.05::DOUBLE AS score_negative,
          0.15::DOUBLE AS score_neutral, 0.8::DOUBLE AS score_positive, 'en' AS language,
          true AS language_supported, make_timestamp_ms(${atMs}) AS scored_at,
          'minilm' AS model_name, '012345678901' AS model_revision
      ) TO '${log.path('results')}' (FORMAT parquet, PARTITION_BY (model_name, model_revision))`);

  it('gives a label what was scored in bulk by its time', async () => {
    score(-10, -9);
    await bulk(NOON);
    log.label([USER, NOON - 1, 'before'], [USER, NOON, 'after']);
    const rows = await log.trainingSet('--entity', 'user', '--bulk', 'results');
    expect(rows).toMatchObject([
      { label: 'before', feature_created_timestamp: String(NOON - 9 * MINUTE) },
      {
        ...{ label: 'after', feature_tweet_id: TWEET, feature_created_timestamp: String(NOON) },
        ...{ feature_model_name: 'minilm', feature_model_revision: '012345678901' },
      },
    ]);
  });

  it('reads results of inputs in folders such as dt=2026-11-28, beside others', async () => {
    score(-10, -9);
    await bulk(NOON);
    const from = log.path('results/model_name=minilm/model_revision=012345678901');
    mkdirSync(join(from, 'input/dt=2026-11-28'), { recursive: true });
    const [file = ''] = globSync(join(from, '*.parquet'));
    renameSync(file, join(from, 'input/dt=2026-11-28/a.parquet'));
    cpSync(join(from, 'input/dt=2026-11-28/a.parquet'), join(from, 'input/b.parquet'));
    log.label([USER, NOON, 'after']);
    expect(await log.trainingSet('--entity', 'user', '--bulk', 'results')).toMatchObject([
      { feature_tweet_id: TWEET, feature_model_revision: '012345678901' },
    ]);
  });

  it('leaves the author unknown where half of a surrogate pair makes the record no JSON', async () => {
    score(-10, -9);
    await bulk(NOON, `{"author_id":"${USER}","text":"cut \\ud83d"}`);
    log.label([TWEET, NOON, 'up']);
    expect(await log.trainingSet('--bulk', 'results')).toMatchObject([
      { feature_model_name: 'minilm', feature_author_id: null },
    ]);
  });

  it('refuses a folder without results', async () => {
    score(-1, -1);
    log.label([USER, NOON, 'up']);
    const args = ['training-set', '--labels', 'labels.csv', '--out', 'set', '--bulk', 'none'];
    const { code, stderr } = await log.run(...args);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('none is not a folder of bulk results'),
    ]);
  });
});

it('features training-set refuses a folder as its output before it reads anything', async () => {
  score(-1, -1);
  mkdirSync(log.path('set'));
  const { code, stderr } = await log.run('training-set', '--labels', 'none.csv', '--out', 'set');
  expect([code, stderr]).toEqual([1, 'set exists already; delete it or choose another\n']);
});

const HEADER = 'entity,event_timestamp,label\n';

describe('a label file', () => {
  it('may have further columns and semicolons; the training set keeps both, beside the label', async () => {
    score(-1, -1);
    writeFileSync(
      log.path('labels.csv'),
      `note;label;event_timestamp;entity;Rater's name\n"a;b";up;${NOON};${TWEET};Ann\n` +
        `c;down;${NOON};${TWEET};\nd;up;${NOON};7;Bob\n`,
    );
    const rows = await log.trainingSet();
    expect(Object.keys(rows[0] ?? {}).slice(0, 5)).toEqual([
      'entity',
      'event_timestamp',
      'label',
      'note',
      "Rater's name",
    ]);
    const kept = rows.map((row) => [row.label, row.note, row["Rater's name"], scored(row)]);
    expect(kept).toEqual([
      ['down', 'c', null, -1],
      ['up', 'a;b', 'Ann', -1],
      ['up', 'd', 'Bob', null],
    ]);
  });

  it.each([
    ['2026-11-23T12:00:00Z', '', 0],
    ['2026-11-23T12:00:00Z', 'noon', 0],
    ['yesterday', String(NOON), `${NO_TIME}, got "yesterday"`],
    ['2026-11-23T12:00:00', String(NOON), `${NO_TIME}, got "2026-11-23T12:00:00"`],
  ])('with the time %s may have a further column, time, with %p', async (time, further, seen) => {
    score(0, 0);
    writeFileSync(
      log.path('labels.csv'),
      `entity,event_timestamp,label,time\n${TWEET},${time},up,${further}\n`,
    );
    if (typeof seen === 'string') await expect(log.trainingSet()).rejects.toThrow(seen);
    else {
      const rows = await log.trainingSet();
      expect(rows.map((row) => [row.time ?? '', scored(row)])).toEqual([[further, seen]]);
    }
  });

  it('may mix line ends and hold blank lines', async () => {
    score(-1, -1);
    const lines = [
      `${TWEET},${NOON},a\n`,
      `${TWEET},${NOON},"b\nc"\r\n`,
      '\n',
      `${TWEET},${NOON},d`,
    ];
    writeFileSync(log.path('labels.csv'), HEADER + lines.join(''));
    expect((await log.trainingSet()).map(({ label }) => label)).toEqual(['a', 'b\nc', 'd']);
  });

  it.each([
    ['2026-11-23T12:00:00Z', 0],
    ['2026-11-23T13:00:00+01:00', 0],
    ['2026-11-23 07:00:00-0500', 0],
    ['2026-11-24T00:00:00.000+12:00', 0],
    ['2026-11-23T12:00:00', 'no zone'],
    ['2026-11-23', 'no time of day'],
    [String(NOON), 0],
    ['2026-11-23T11:59:59.999Z', null],
    ['2026-11-23T11:59:59.999999Z', null],
    ['2026-11-23T12:59:59+01:00', null],
  ] as const)('with the time %s is read in the zone it names', async (time, seen) => {
    score(0, 0);
    log.label([TWEET, time, 'up']);
    if (typeof seen === 'string') {
      await expect(log.trainingSet()).rejects.toThrow(`${NO_TIME}, got "${time}"`);
    } else expect((await log.trainingSet()).map(scored)).toEqual([seen]);
  });

  it('keeps ids of 19 digits to the last one, quoted or not', async () => {
    score(-1, -1, { tweetId: '9223372036854775807', authorId: '9223372036854775806' });
    log.label(['9223372036854775807', NOON, 'a'], ['"9223372036854775807"', NOON, 'b']);
    expect(await log.trainingSet()).toMatchObject([
      { entity: '9223372036854775807', feature_author_id: '9223372036854775806' },
      { entity: '9223372036854775807', feature_tweet_id: '9223372036854775807' },
    ]);
  });

  it('may have its columns in another order, CRLF, a byte order mark and commas in quotes', async () => {
    score(-1, -1);
    writeFileSync(
      log.path('labels.csv'),
      `\uFEFFlabel,entity,event_timestamp\r\n"up, ""very""",${TWEET},${NOON}\r\n`,
    );
    expect(await log.trainingSet()).toMatchObject([
      { entity: TWEET, label: 'up, "very"', feature_tweet_id: TWEET },
    ]);
  });

  it('may be in UTF-16 with a byte order mark, as spreadsheets write it', async () => {
    score(-1, -1);
    writeFileSync(log.path('labels.csv'), `\uFEFF${HEADER}${TWEET},${NOON},é\n`, 'utf16le');
    expect((await log.trainingSet()).map(({ label }) => label)).toEqual(['é']);
  });

  it.each([
    [
      '1.46032373703568E+18',
      NOON,
      'up',
      'label 1: an id must have 1 to 19 digits, got "1.46032373703568E+18"',
    ],
    ['@nasa', NOON, 'up', 'label 1: an id must have 1 to 19 digits, got "@nasa"'],
    ['', NOON, 'up', 'label 1: the entity is missing'],
    ['1', '', 'up', 'label 1: the event_timestamp is missing'],
    ['1', NOON / 1_000, 'up', `${NO_TIME}, got "1795435200"`],
    ['1', NOON * 1_000, 'up', `${NO_TIME}, got "1795435200000000"`],
    ['1', '2026-02-30T12:00:00Z', 'up', `${NO_TIME}, got "2026-02-30T12:00:00Z"`],
    ['1', 'infinity', 'up', `${NO_TIME}, got "infinity"`],
    ['1', NOON, '', 'label 1: the label is missing'],
  ])('with %p,%p,%p is refused: %s', async (entity, time, label, fault) => {
    score(-1, -1);
    log.label([entity, time, label]);
    const { code, stderr } = await log.run(
      'training-set',
      '--labels',
      'labels.csv',
      '--out',
      'set',
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`labels.csv has invalid labels:\n  ${fault}`);
  });

  it.each([
    ['tweet', 'labels.csv has rounded ids, such as 2123566994048420000 and 2123566994052180000: a'],
    ['user', 'labels.csv has rounded ids, such as 2123566994048420000 and 2123566994052180000: a'],
  ])('with rounded ids of kind %s is refused', async (entity, fault) => {
    score(-1, -1);
    log.label(['2123566994048420000', NOON, 'up'], ['2123566994052180000', NOON, 'up']);
    const args = ['--labels', 'labels.csv', '--out', 'set', '--entity', entity];
    const { code, stderr } = await log.run('training-set', ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(fault)]);
  });

  it('may have ids of users that are the first of their milliseconds', async () => {
    score(-1, -1);
    const users = ['1836289007975874560', '1893653481858433024', '1813309926237720576'];
    log.label(...users.map((user) => [user, NOON, 'up'] as const));
    expect(await log.trainingSet('--entity', 'user')).toHaveLength(3);
  });

  it.each([
    ['', 'labels.csv is empty'],
    ['entity,event_timestamp,label\n', 'labels.csv has no labels'],
    ['id,time,label\n1,2,3\n', 'labels.csv has no column entity, event_timestamp; its header must'],
    [`entity,event_timestamp,label,LABEL\n1,${NOON},a,b\n`, "has a column 'LABEL' that is"],
    [`entity,event_timestamp,label,feature_label\n1,${NOON},a,b\n`, "a column 'feature_label'"],
    [`${HEADER}1,${NOON}\n`, 'line 2 has 2 cells, and the header 3'],
    [`${HEADER}1,${NOON},a\n2,${NOON},b,c\n`, 'line 3 has 4 cells, and the header 3'],
    [`${HEADER}1,${NOON},"a\nb"\n2,${NOON}\n`, 'line 4 has 2 cells, and the header 3'],
    [`${HEADER}1,${NOON},"a\n`, 'line 2 opens a quote that is never closed'],
    [`${HEADER}1,${NOON},"a\\"b"\n`, 'line 2 has text after a closing quote'],
    [`${HEADER}1,${NOON},a"b\n`, 'line 2 has a quote inside of a cell without quotes'],
    [
      Buffer.from(`${HEADER}1,${NOON},a`, 'utf16le'),
      'line 1 has a NUL character; save the file as UTF-8',
    ],
    [Buffer.from(`${HEADER}1,${NOON},caf\xe9\n`, 'latin1'), 'line 2 is not UTF-8'],
    [Buffer.from(`${HEADER}1,${NOON},caf\xe9`, 'latin1'), 'is not UTF-8'],
    [
      `entity,event_timestamp\n1,${NOON}\n${HEADER}2,${NOON},a\n`,
      'labels.csv has no column label; its header must',
    ],
    [`${HEADER}1,${NOON},a\n${HEADER}2,${NOON},a\n`, 'got "entity"'],
  ])('holding %p is refused: %s', async (content, fault) => {
    score(-1, -1);
    writeFileSync(log.path('labels.csv'), content);
    const { code, stderr } = await log.run(
      'training-set',
      '--labels',
      'labels.csv',
      '--out',
      'set',
    );
    expect(code).toBe(1);
    expect(stderr).toContain(fault);
  });

  it('that is not there is refused', async () => {
    score(-1, -1);
    const { code, stderr } = await log.run('training-set', '--labels', 'none.csv', '--out', 'set');
    expect([code, stderr]).toEqual([1, expect.stringContaining('none.csv cannot be read')]);
  });
});
