import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { produce } from '../../../../cli/features/output.ts';
import { writeTrainingSet } from '../../../../cli/features/training-set.ts';
import { findLog } from '../../../../cli/kit/offline/log-lines.ts';
import { ScratchDatabase } from '../../../../cli/kit/scratch-database.ts';
import {
  type AsOf,
  LABEL_ENTITIES,
  type LabelEntity,
  PREDICTION_RECORD,
} from '../../../../service/contract/offline.ts';
import {
  type PredictionRecord,
  predictionLine,
  type RecordLine,
  tombstoneLine,
} from '../../../../service/prediction-log/record.ts';
import { aRow } from '../../../port-suites/feature-store-contract.ts';
import { OfflineLog } from './offline-log.ts';

/** Half a day of few instants around midnight, so that ties and both days are common. */
const START = Date.UTC(2026, 10, 22, 18);
const instant = fc.integer({ min: 0, max: 24 }).map((step) => START + step * 1_800_000);
/** Each tweet has one author; some are not known. */
const AUTHORS: Readonly<Record<string, string | null>> = {
  '1460323737035677698': '2244994945',
  '1460323737035677699': '9223372036854775807',
  '2': '2244994945',
  '10': '2244994945',
  '9': '2244994945',
  '11': null,
  '123': '9223372036854775807',
};
const tweetId = fc.constantFrom(...Object.keys(AUTHORS));
const authorId = fc.constantFrom('2244994945', '9223372036854775807', null);

const prediction = fc
  .record({
    tweetId,
    event: instant,
    created: instant,
    revision: fc.constantFrom('a', 'b'),
  })
  .map(({ event, created, revision, tweetId: id }) => {
    const ids = { tweetId: id, authorId: AUTHORS[id] ?? null };
    const model = { name: 'fake-model', revision };
    return predictionLine(
      aRow({ ...ids, model, eventTimestampMs: event, createdTimestampMs: created }),
    );
  });
const tombstone = fc.tuple(tweetId, instant).map(([id, atMs]) => tombstoneLine(id, atMs));
const line = fc.oneof({ weight: 60, arbitrary: prediction }, { weight: 1, arbitrary: tombstone });
const history = fc
  .tuple(fc.array(line, { minLength: 10, maxLength: 40 }), fc.nat())
  // A delivery at least once writes some lines twice.
  .map(([lines, repeat]) => [...lines, ...lines.slice(repeat % lines.length)]);

const zoned = (atMs: number, offsetHours: number) =>
  `${new Date(atMs + offsetHours * 3_600_000).toISOString().slice(0, -1)}${
    offsetHours < 0 ? '-' : '+'
  }${String(Math.abs(offsetHours)).padStart(2, '0')}:00`;

interface Label {
  readonly entity: string;
  readonly atMs: number;
  readonly written: string;
}

const labelsBy = (by: LabelEntity) =>
  fc.array(
    fc
      .record({
        entity: by === 'tweet' ? tweetId : authorId.map((id) => id ?? '7'),
        atMs: instant,
        offsetHours: fc.integer({ min: -12, max: 14 }),
      })
      .map(({ entity, atMs, offsetHours }): Label => {
        const written = offsetHours === 0 ? String(atMs) : zoned(atMs, offsetHours);
        return { entity, atMs, written };
      }),
    { minLength: 10, maxLength: 20 },
  );

const labeled = fc
  .constantFrom<LabelEntity>('tweet', 'user')
  .chain((by) => labelsBy(by).map((labels) => ({ by, labels })));

/** Looks at every record for every label, as the design says it in words. */
function reference(
  lines: readonly RecordLine[],
  { entity, atMs }: Label,
  by: LabelEntity,
  asOf: AsOf,
) {
  const records = withOneTimeOfTweets(
    lines.map(({ text }) => JSON.parse(text) as PredictionRecord),
  );
  const isPurged = ({ tweet_id }: PredictionRecord) =>
    records.some((other) => other.record_type === 'tombstone' && other.tweet_id === tweet_id);
  let best: PredictionRecord | null = null;
  for (const record of records) {
    if (record.record_type !== 'prediction' || isPurged(record)) continue;
    if (record[LABEL_ENTITIES[by]] !== entity) continue;
    if ((record.event_timestamp ?? 0) > atMs) continue;
    if (asOf === 'created' && (record.created_timestamp ?? 0) > atMs) continue;
    if (best === null || isNewer(record, best)) best = record;
  }
  return best;
}

/** Records of a tweet may tell different times of its creation: the earliest counts. */
function withOneTimeOfTweets(records: readonly PredictionRecord[]): PredictionRecord[] {
  return records.map((record) => {
    const times = records
      .filter(({ tweet_id }) => tweet_id === record.tweet_id)
      .map(({ event_timestamp }) => event_timestamp ?? Number.POSITIVE_INFINITY);
    return { ...record, event_timestamp: Math.min(...times) };
  });
}

/** Newest event, then newest score; remaining ties are ordered by name. */
function isNewer(one: PredictionRecord, other: PredictionRecord): boolean {
  const places = ['event_timestamp', 'created_timestamp', 'tweet_id', 'model_revision'] as const;
  for (const place of places) {
    const [a, b] = [one[place] ?? '', other[place] ?? ''];
    if (a !== b) return a > b;
  }
  return false;
}

async function answer(
  lines: readonly RecordLine[],
  labels: readonly Label[],
  by: LabelEntity,
  asOf: AsOf,
) {
  const log = new OfflineLog();
  try {
    log.write(...lines);
    log.label(
      ...labels.map(({ entity, written }, index) => [entity, written, `l${index}`] as const),
    );
    const files = await findLog([log.dir]);
    const options = { labels: log.path('labels.csv'), entity: by, asOf };
    await produce(log.path('set.parquet'), 'file', async (path, workDir) => {
      const database = await ScratchDatabase.open(workDir, new AbortController().signal);
      try {
        return await writeTrainingSet(database, files, options, path);
      } finally {
        database.close();
      }
    });
    return await log.query("FROM read_parquet('set.parquet')");
  } finally {
    log.delete();
  }
}

describe('a training set', () => {
  it('is what a slow and obvious reference makes of the same log and labels', async () => {
    let [found, missed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        history,
        labeled,
        fc.constantFrom<AsOf>('created', 'event'),
        async (lines, { by, labels }, asOf) => {
          const rows = await answer(lines, labels, by, asOf);
          const byLabel = new Map(rows.map((row) => [row.label, row]));
          expect(rows).toHaveLength(labels.length);
          labels.forEach((wanted, index) => {
            const expected = reference(lines, wanted, by, asOf);
            if (expected) found++;
            else missed++;
            const features = Object.keys(PREDICTION_RECORD).filter(
              (name) => name !== 'record_type',
            );
            expect(byLabel.get(`l${index}`)).toEqual({
              entity: wanted.entity,
              event_timestamp: String(wanted.atMs),
              label: `l${index}`,
              ...Object.fromEntries(
                features.map((name) => {
                  const value = expected?.[name as keyof PredictionRecord] ?? null;
                  return [
                    `feature_${name}`,
                    name.endsWith('_timestamp') ? value && String(value) : value,
                  ];
                }),
              ),
            });
          });
        },
      ),
      { numRuns: 60 },
    );
    // Both kinds of labels were common enough for the comparison to mean something.
    expect(Math.min(found, missed)).toBeGreaterThan(100);
  });
});
