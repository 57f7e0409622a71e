import { type Static, Type } from 'typebox';
import { LISTING_CURSOR } from '../../patterns.ts';
import { Model, nullableString, oneOf, ref } from '../../schemas/shared.ts';

export const RescoreQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: LISTING_CURSOR,
        description: '`nextCursor` of the previous page; absent for the first page.',
      }),
    ),
    dryRun: Type.Optional(oneOf(['true', 'false'], 'True: only count. False by default.')),
  },
  { additionalProperties: false },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const RescoreResponse = Type.Object(
  {
    rescored: count(
      'Tweets that count with a score of the current model now; in a dry run, those that would.',
    ),
    present: count('Tweets that already counted with a score of the current model.'),
    withoutText: count(
      'Tweets without a stored text. They are scored when they are next read from X.',
    ),
    failed: count('Tweets that the model could not score, or whose rows the store refused.'),
    model: ref(Model),
    nextCursor: nullableString('Cursor of the next page; null on the last page.'),
  },
  {
    $id: 'RescoreResponse',
    examples: [
      {
        ...{ rescored: 31, present: 2, withoutText: 4, failed: 0 },
        model: { name: 'minilm-tweet-sentiment', revision: '1f0c2a9b7d3e' },
        nextCursor: '1536',
      },
    ],
  },
);

export type RescoreResponse = Static<typeof RescoreResponse>;
