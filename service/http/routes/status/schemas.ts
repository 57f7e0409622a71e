import { type Static, Type } from 'typebox';
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
      maxTokens: Type.Integer({ description: 'Longest input; longer texts are truncated.' }),
    }),
    featureStore: Type.Object({
      kind: oneOf(['redis', 'memory'], 'Feature store in use.'),
      hits: count,
      misses: count,
      errors: count,
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
  },
  { $id: 'Status', description: 'State of this instance, with counts since its start.' },
);

export type Status = Static<typeof Status>;
