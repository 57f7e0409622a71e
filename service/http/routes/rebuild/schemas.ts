import { type Static, Type } from 'typebox';
import { SCAN_CURSOR } from '../../scan-cursor.ts';
import { nullableString, oneOf } from '../../schemas/shared.ts';

export const RebuildQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: `^[te]${SCAN_CURSOR}$`,
        description: 'The `nextCursor` of the page before; absent for the first page.',
      }),
    ),
    dryRun: Type.Optional(
      oneOf(['true', 'false'], 'True: report what differs, and change nothing. False by default.'),
    ),
  },
  { additionalProperties: false },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const RebuildResponse = Type.Object(
  {
    checked: count('Rows, indexes, users and topics that were compared.'),
    rows: count('Rows that no index knew: a purge would have missed them.'),
    contributions: count(
      'Tweets that did not count, or were not listed, under their author or one of their topics.',
    ),
    usernames: count(
      'Usernames that were learned again; in a dry run, rows whose username is not known.',
    ),
    entities: count('Users and topics with a wrong day bucket, total or place in the ranking.'),
    tooLarge: count('Day buckets that differ and have too many tweets to be counted again.'),
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
