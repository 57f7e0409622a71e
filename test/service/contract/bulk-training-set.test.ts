import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyRecords } from '../../../cli/kit/offline/schema.ts';
import {
  type BulkResults,
  type LabelEntity,
  TRAINING_COLUMNS,
  trainingSetSql,
} from '../../../service/contract/offline.ts';
import { snowflakeIdAt, snowflakeTimeMs } from '../../../service/domain/snowflake.ts';

const MADE_MS = Date.UTC(2026, 10, 23, 8);
const SCORED_MS = MADE_MS + 3_600_000;
/** Made within the second that X tells. */
const TWEET = snowflakeIdAt(MADE_MS + 657, 4_194_303);
const USER = '2244994945';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeEach(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run(`
    CREATE MACRO json_extract_scalar(json, path) AS json_extract_string(json, path);
    CREATE TABLE labels (entity VARCHAR, event_timestamp BIGINT, label VARCHAR);
    CREATE TABLE predictions AS ${emptyRecords()};
    CREATE TABLE bulk_predictions (
      id VARCHAR, record VARCHAR, label VARCHAR, score_negative DOUBLE, score_neutral DOUBLE,
      score_positive DOUBLE, language VARCHAR, language_supported BOOLEAN, scored_at TIMESTAMP,
      model_name VARCHAR, model_revision VARCHAR)`);
});
afterEach(() => {
  connection.closeSync();
  instance.closeSync();
});

async function bulk({
  id = TWEET,
  record = { author_id: USER } as object | null,
  atMs = SCORED_MS,
  revision = 'r1',
} = {}): Promise<void> {
  const json = record === null ? 'NULL' : `'${JSON.stringify(record)}'`;
  await connection.run(`
    INSERT INTO bulk_predictions VALUES (
      '${id}', ${json}, 'positive', 0.05, 0.15, 0.8, 'en', true, make_timestamp_ms(${atMs}),
      'minilm', '${revision}')`);
}

async function online(atMs: number, recordType = 'prediction'): Promise<void> {
  await connection.run(`
    INSERT INTO predictions (record_type, tweet_id, author_id, event_timestamp, created_timestamp,
      model_revision) VALUES ('${recordType}', '${TWEET}', '${USER}', ${MADE_MS}, ${atMs}, 'online')`);
}

/** Rows joined with a label of that time. */
async function seenAt(
  atMs: number,
  { by = 'tweet' as LabelEntity, of = 'all' as BulkResults } = {},
): Promise<Record<string, unknown> | undefined> {
  const entity = by === 'tweet' ? TWEET : USER;
  await connection.run(`DELETE FROM labels`);
  await connection.run(`INSERT INTO labels VALUES ('${entity}', ${atMs}, 'up')`);
  const reader = await connection.runAndReadAll(trainingSetSql(by, 'created', of));
  expect(reader.columnNames()).toEqual(TRAINING_COLUMNS);
  return reader.getRowObjectsJson()[0];
}

describe('a training set with bulk results', () => {
  it('shows a label what was scored in bulk by its time, and nothing that was scored later', async () => {
    await bulk();
    expect(await seenAt(SCORED_MS - 1)).toMatchObject({ feature_tweet_id: null });
    expect(await seenAt(SCORED_MS)).toMatchObject({
      feature_tweet_id: TWEET,
      feature_author_id: USER,
      feature_topics: null,
      feature_event_timestamp: String(snowflakeTimeMs(TWEET)),
      feature_created_timestamp: String(SCORED_MS),
      feature_model_name: 'minilm',
      feature_model_revision: 'r1',
      feature_preprocessing_version: null,
      feature_label: 'positive',
      feature_score_positive: 0.8,
      feature_language: 'en',
    });
  });

  it('takes the newest of online and bulk scores', async () => {
    await bulk();
    await online(SCORED_MS - 10);
    expect(await seenAt(SCORED_MS)).toMatchObject({ feature_model_revision: 'r1' });
    expect(await seenAt(SCORED_MS - 1)).toMatchObject({ feature_model_revision: 'online' });
    expect(await seenAt(SCORED_MS - 1)).toMatchObject({ feature_event_timestamp: String(MADE_MS) });
    await online(SCORED_MS + 10);
    expect(await seenAt(SCORED_MS + 10)).toMatchObject({ feature_model_revision: 'online' });
  });

  it('leaves out purged tweets that were scored in bulk', async () => {
    await bulk();
    await online(SCORED_MS + 10, 'tombstone');
    expect(await seenAt(SCORED_MS + 20)).toMatchObject({ feature_tweet_id: null });
  });

  it.each([
    ['of X API v2', { author_id: USER }],
    ['of an archive', { user: { id_str: USER } }],
  ])('finds tweets of a user in records %s', async (_, record) => {
    await bulk({ record });
    expect(await seenAt(SCORED_MS, { by: 'user' })).toMatchObject({ feature_tweet_id: TWEET });
  });

  it('leaves out rows without the id of a tweet, and takes those without a record', async () => {
    for (const id of ['', 'x', '1.5', ' 12', '-3', '0', '99999999999999999999']) await bulk({ id });
    expect(await seenAt(SCORED_MS, { by: 'user' })).toMatchObject({ feature_tweet_id: null });
    await bulk({ record: null });
    expect(await seenAt(SCORED_MS)).toMatchObject({
      ...{ feature_tweet_id: TWEET, feature_author_id: null },
    });
  });

  it('reads results of one model where it is named', async () => {
    await bulk();
    await bulk({ revision: 'r2', atMs: SCORED_MS + 10 });
    const later = SCORED_MS + 20;
    expect(await seenAt(later)).toMatchObject({ feature_model_revision: 'r2' });
    for (const modelRevision of ['r1', 'r2']) {
      expect(await seenAt(later, { of: { modelName: 'minilm', modelRevision } })).toMatchObject({
        feature_model_revision: modelRevision,
      });
    }
  });
});
