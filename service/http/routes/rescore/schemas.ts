import { type Static, Type } from 'typebox';
import { SCAN_CURSOR } from '../../scan-cursor.ts';
import { Model, nullableString, oneOf, ref } from '../../schemas/shared.ts';

export const RescoreQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: `^${SCAN_CURSOR}$`,
        description: 'The `nextCursor` of the page before; absent for the first page.',
      }),
    ),
    dryRun: Type.Optional(
      oneOf(['true', 'false'], 'True: count, and score nothing. False by default.'),
    ),
  },
  { additionalProperties: false },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const RescoreResponse = Type.Object(
  {
    rescored: count(
      'Tweets that count with a score of the present model now; in a dry run, those that would.',
    ),
    present: count('Tweets that counted with a score of the present model before.'),
    withoutText: count('Tweets whose texts are not stored. They are scored when X is read again.'),
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
