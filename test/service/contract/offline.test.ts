import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DUCKDB_TYPES } from '../../../cli/kit/offline/schema.ts';
import {
  type AsOf,
  type Column,
  LABEL_COLUMNS,
  type LabelEntity,
  PREDICTION_RECORD,
  TRAINING_COLUMNS,
  trainingSetSql,
} from '../../../service/contract/offline.ts';

interface Label {
  entity: string;
  event_timestamp: number;
  label: string;
}

interface Row {
  record_type: 'prediction' | 'tombstone';
  tweet_id: string;
  author_id: string | null;
  event_timestamp: number | null;
  created_timestamp: number;
  model_revision: string | null;
}

function ddl(table: string, columns: Readonly<Record<string, Column>>): string {
  const parts = Object.entries(columns).map(([name, { type }]) => `${name} ${DUCKDB_TYPES[type]}`);
  return `CREATE TABLE ${table} (${parts.join(', ')})`;
}

const quoted = (value: string | number | null) =>
  typeof value === 'string' ? `'${value}'` : String(value);

async function trainingSet(labels: Label[], rows: Row[], entity: LabelEntity, asOf?: AsOf) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(ddl('labels', LABEL_COLUMNS));
    await connection.run(ddl('predictions', PREDICTION_RECORD));
    for (const [table, entries] of [
      ['labels', labels],
      ['predictions', rows],
    ] as const) {
      for (const entry of entries) {
        const values = Object.values(entry).map(quoted).join(', ');
        await connection.run(
          `INSERT INTO ${table} (${Object.keys(entry).join(', ')}) VALUES (${values})`,
        );
      }
    }
    const reader = await connection.runAndReadAll(trainingSetSql(entity, asOf));
    expect(reader.columnNames()).toEqual(TRAINING_COLUMNS);
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function scored(overrides: Partial<Row>): Row {
  return {
    record_type: 'prediction',
    tweet_id: '1',
    author_id: '7',
    event_timestamp: 100,
    created_timestamp: 110,
    model_revision: 'r1',
    ...overrides,
  };
}

const tombstone = (tweetId: string, createdTimestamp: number): Row => ({
  record_type: 'tombstone',
  tweet_id: tweetId,
  author_id: null,
  event_timestamp: null,
  created_timestamp: createdTimestamp,
  model_revision: null,
});

const label = (entity: string, event_timestamp: number, text = 'churn'): Label => ({
  entity,
  event_timestamp,
  label: text,
});

describe('the point-in-time query', () => {
  it.each<[string, Row[], AsOf, string | null]>([
    ['a row from before the label', [scored({})], 'created', '1'],
    ['no row whose event is later', [scored({ event_timestamp: 201 })], 'created', null],
    ['no row that was scored later', [scored({ created_timestamp: 201 })], 'created', null],
    ['a row scored later, as of the event', [scored({ created_timestamp: 201 })], 'event', '1'],
    ['no later event, as of the event', [scored({ event_timestamp: 201 })], 'event', null],
    [
      'a row at the very time of the label',
      [scored({ event_timestamp: 200, created_timestamp: 200 })],
      'created',
      '1',
    ],
    [
      'the newest event',
      [scored({ tweet_id: '2', event_timestamp: 150, created_timestamp: 151 }), scored({})],
      'created',
      '2',
    ],
    ['no purged tweet', [scored({}), tombstone('1', 300)], 'created', null],
    ['no purged tweet that was scored again', [tombstone('1', 50), scored({})], 'created', null],
    ['what remains beside a purged tweet', [scored({}), tombstone('2', 120)], 'created', '1'],
    ['nothing of somebody else', [scored({ author_id: '8' })], 'created', null],
  ])('gives a label %s', async (_name, rows, asOf, tweetId) => {
    expect(await trainingSet([label('7', 200)], rows, 'user', asOf)).toMatchObject([
      { entity: '7', event_timestamp: '200', label: 'churn', feature_tweet_id: tweetId },
    ]);
  });

  it('prefers the newest score of the same event', async () => {
    const rows = [
      scored({ created_timestamp: 120, model_revision: 'r2' }),
      scored({ created_timestamp: 110, model_revision: 'r1' }),
    ];
    const labels = [label('1', 115), label('1', 200)];
    expect(await trainingSet(labels, rows, 'tweet')).toMatchObject([
      { event_timestamp: '115', feature_model_revision: 'r1' },
      { event_timestamp: '200', feature_model_revision: 'r2' },
    ]);
  });

  it('keeps equal labels apart', async () => {
    const labels = [label('7', 200), label('7', 200)];
    expect(await trainingSet(labels, [scored({})], 'user')).toHaveLength(2);
  });

  it('answers what a slow and obvious reference does, whatever the rows', async () => {
    const time = fc.integer({ min: 0, max: 12 });
    const id = fc.constantFrom('1', '2', '3');
    const row = fc.oneof(
      { weight: 6, arbitrary: fc.record({ tweet_id: id, author_id: id, at: time, lag: time }) },
      { weight: 1, arbitrary: fc.record({ purged: id }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.array(fc.record({ entity: id, at: time }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom<AsOf>('created', 'event'),
        async (entries, wanted, asOf) => {
          const rows = entries.map((entry, index) =>
            'purged' in entry
              ? tombstone(entry.purged, 5)
              : scored({
                  tweet_id: entry.tweet_id,
                  author_id: entry.author_id,
                  event_timestamp: entry.at,
                  // Fractions of a millisecond's worth of order: no two rows tie entirely.
                  created_timestamp: (entry.at + entry.lag) * 100 + index,
                }),
          );
          for (const entry of rows) if (entry.event_timestamp) entry.event_timestamp *= 100;
          const labels = wanted.map(({ entity, at }, index) =>
            label(entity, at * 100 + 50, `l${index}`),
          );
          const answer = await trainingSet(labels, rows, 'user', asOf);
          const found = new Map(answer.map((line) => [line.label, line.feature_created_timestamp]));
          expect(found).toEqual(
            new Map(
              labels.map((wantedLabel) => {
                const row = reference(wantedLabel, rows, asOf);
                return [wantedLabel.label, row ? String(row.created_timestamp) : null];
              }),
            ),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

function reference({ entity, event_timestamp }: Label, rows: Row[], asOf: AsOf): Row | undefined {
  const purged = rows.filter((row) => row.record_type === 'tombstone').map((row) => row.tweet_id);
  /** Of several times of a tweet the earliest counts. */
  const madeAt = ({ tweet_id }: Row) =>
    Math.min(
      ...rows.flatMap((row) => (row.tweet_id === tweet_id ? (row.event_timestamp ?? []) : [])),
    );
  return rows
    .filter((row) => row.record_type === 'prediction' && row.author_id === entity)
    .filter((row) => !purged.includes(row.tweet_id))
    .filter((row) => madeAt(row) <= event_timestamp)
    .filter((row) => asOf === 'event' || row.created_timestamp <= event_timestamp)
    .toSorted((a, b) => madeAt(b) - madeAt(a) || b.created_timestamp - a.created_timestamp)[0];
}
