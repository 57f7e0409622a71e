import { type Static, Type } from 'typebox';
import { REBUILD_CURSOR } from '../../patterns.ts';
import { nullableString, oneOf } from '../../schemas/shared.ts';

export const RebuildQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: REBUILD_CURSOR,
        description: '`nextCursor` of the previous page; absent for the first page.',
      }),
    ),
    dryRun: Type.Optional(
      oneOf(['true', 'false'], 'True: only report differences. False by default.'),
    ),
  },
  { additionalProperties: false },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const RebuildResponse = Type.Object(
  {
    checked: count('Rows, indexes, users and topics that were compared.'),
    rows: count('Rows missing from the index; a purge would have missed them.'),
    contributions: count(
      'Tweets missing from the counts or the list of their author or of one of their topics.',
    ),
    usernames: count(
      'Usernames restored from stored rows; in a dry run, rows whose username is missing.',
    ),
    entities: count('Users and topics with a wrong day bucket, total or place in the ranking.'),
    tooLarge: count('Wrong day buckets with too many tweets to be recounted.'),
    purged: count('Tweets that an earlier purge missed; they are purged now.'),
    nextCursor: nullableString('Cursor of the next page; null on the last page.'),
  },
  {
    $id: 'RebuildResponse',
    examples: [
      {
        checked: 500,
        rows: 0,
        contributions: 12,
        usernames: 3,
        entities: 0,
        tooLarge: 0,
        purged: 0,
        nextCursor: 't1536',
      },
    ],
  },
);

export type RebuildResponse = Static<typeof RebuildResponse>;
