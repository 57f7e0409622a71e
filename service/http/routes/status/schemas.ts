import { type Static, Type } from 'typebox';
import { DEFAULT_LIMITS } from '../../../contract/http.ts';
import { MODEL } from '../../schemas/examples.ts';
import { oneOf, ProcessState, Timestamp } from '../../schemas/shared.ts';

const count = Type.Integer({ minimum: 0 });

export const Status = Type.Object(
  {
    name: Type.String(),
    version: Type.String(),
    status: ProcessState,
    startedAt: Timestamp,
    uptimeSeconds: Type.Number(),
    model: Type.Object({
      name: Type.String(),
      revision: Type.String(),
      preprocessingVersion: Type.Integer(),
      languages: Type.Array(Type.String(), {
        description: 'Languages that the model reads; `*` alone if they are unknown.',
      }),
      maxTokens: Type.Integer({
        description: 'Longest input in tokens; longer texts are truncated.',
      }),
    }),
    featureStore: Type.Object({
      kind: oneOf(['redis', 'memory'], 'Feature store in use.'),
      hits: count,
      misses: count,
      errors: count,
      sample: Type.Unsafe<boolean | null>({
        type: ['boolean', 'null'],
        description:
          'True: the store holds invented tweets of `tss populate --sample`. Null: the store does not answer.',
      }),
      hitRate: Type.Unsafe<number | null>({
        type: ['number', 'null'],
        description: 'hits / (hits + misses), 0 to 1; null before the first read.',
      }),
    }),
    tweetSource: Type.Object({
      kind: oneOf(['x-api', 'oembed', 'fixture'], 'Tweet source in use.'),
      calls: count,
      readsSpentToday: Type.Integer({ description: 'Billable post reads of this UTC day.' }),
    }),
    engine: Type.Object({
      workers: count,
      saturation: Type.Number({ description: 'Busy share of the workers, 0 to 1.' }),
      queuedTexts: count,
      predictions: count,
      shed: Type.Integer({ description: 'Requests rejected because of load.' }),
    }),
    requests: Type.Object({
      total: count,
      failuresByCode: Type.Record(Type.String(), count),
    }),
    limits: Type.Object(
      {
        texts: Type.Integer({ description: 'Texts in a request.' }),
        tweets: Type.Integer({ description: 'Tweets in a request.' }),
        textCharacters: Type.Integer({ description: 'Characters of a text.' }),
        urlCharacters: Type.Integer({ description: 'Characters of a tweet URL.' }),
        bodyBytes: count,
        headerBytes: Type.Integer({ description: 'Bytes of the request line and headers.' }),
        singleDeadlineMs: Type.Integer({ description: 'Deadline for one text or tweet.' }),
        batchDeadlineMs: Type.Integer({ description: 'Deadline for several.' }),
        requestReadTimeoutMs: Type.Integer({ description: 'Time to send a request.' }),
        requestsPerMinute: Type.Unsafe<number | null>({
          type: ['integer', 'null'],
          description: 'Requests per minute of a caller; null: not limited.',
        }),
        maxTokens: Type.Integer({
          description: 'Tokens of a text that the model reads, special tokens included.',
        }),
      },
      { description: 'Limits of this instance.' },
    ),
  },
  {
    $id: 'Status',
    description: 'State of this instance, with counts since its start.',
    examples: [
      {
        name: 'tweet-sentiment-service',
        version: '0.2.0',
        status: 'ready',
        startedAt: '2026-11-23T08:00:00.000Z',
        uptimeSeconds: 7.4,
        model: { ...MODEL, preprocessingVersion: 1, languages: ['en'], maxTokens: 256 },
        featureStore: { kind: 'memory', hits: 1, misses: 1, errors: 0, sample: true, hitRate: 0.5 },
        tweetSource: { kind: 'oembed', calls: 1, readsSpentToday: 0 },
        engine: { workers: 2, saturation: 0.04, queuedTexts: 0, predictions: 3, shed: 0 },
        requests: { total: 8, failuresByCode: { entity_not_found: 1 } },
        limits: { ...DEFAULT_LIMITS, requestsPerMinute: null, maxTokens: 256 },
      },
    ],
  },
);

export type Status = Static<typeof Status>;
