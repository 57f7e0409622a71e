import { type Static, Type } from 'typebox';
import { oneOf, Timestamp } from '../../schemas/shared.ts';

const count = Type.Integer({ minimum: 0 });

export const Identity = Type.Object(
  { name: Type.String(), version: Type.String() },
  { $id: 'Identity', examples: [{ name: 'tweet-sentiment-service', version: '0.1.0' }] },
);

export const Health = Type.Object(
  {
    status: oneOf(['starting', 'ready', 'draining', 'failed'], 'Where the process is in its life.'),
  },
  { $id: 'Health', examples: [{ status: 'ready' }] },
);

export type Health = Static<typeof Health>;

export const Status = Type.Object(
  {
    name: Type.String(),
    version: Type.String(),
    status: Health.properties.status,
    startedAt: Timestamp,
    uptimeSeconds: Type.Number(),
    model: Type.Object({
      name: Type.String(),
      revision: Type.String(),
      preprocessingVersion: Type.Integer(),
      maxTokens: Type.Integer({ description: 'Longest input; what is longer is truncated.' }),
    }),
    featureStore: Type.Object({
      kind: oneOf(['redis', 'memory'], 'The feature store in use.'),
      hits: count,
      misses: count,
      errors: count,
      hitRate: Type.Unsafe<number | null>({
        type: ['number', 'null'],
        description: 'hits / (hits + misses), 0 to 1; null before the first read.',
      }),
    }),
    tweetSource: Type.Object({
      kind: oneOf(['x-api', 'oembed', 'fixture'], 'Where tweets are read.'),
      calls: count,
      readsSpentToday: Type.Integer({ description: 'Billable post reads of this UTC day.' }),
    }),
    engine: Type.Object({
      workers: count,
      saturation: Type.Number({ description: 'Busy share of the workers, 0 to 1.' }),
      queuedTexts: count,
      predictions: count,
      shed: Type.Integer({ description: 'Requests refused because of load.' }),
    }),
    requests: Type.Object({
      total: count,
      failuresByCode: Type.Record(Type.String(), count),
    }),
  },
  { $id: 'Status', description: 'This instance, with counts since it started.' },
);

export type Status = Static<typeof Status>;
