import { type Static, Type } from 'typebox';
import { LISTING_CURSOR } from '../../patterns.ts';
import { TWEET_ID } from '../../schemas/examples.ts';
import { nullableString } from '../../schemas/shared.ts';

export const ListingQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: LISTING_CURSOR,
        description: '`nextCursor` of the previous page; absent for the first page.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const TweetListing = Type.Object(
  {
    tweetIds: Type.Array(Type.String(), { description: 'In no order; may be empty.' }),
    nextCursor: nullableString('Cursor of the next page; null on the last page.'),
  },
  {
    $id: 'TweetListing',
    examples: [{ tweetIds: [TWEET_ID], nextCursor: null }],
  },
);

export type TweetListing = Static<typeof TweetListing>;

export const TweetIdParams = Type.Object({
  id: Type.String({ description: 'Tweet id in decimal digits.', examples: [TWEET_ID] }),
});

const Removed = Type.Object({
  rows: Type.Integer({ description: 'Removed rows of all model revisions.' }),
  contributions: Type.Integer({ description: 'Removed contributions to aggregates.' }),
});

export const UserPurgeResponse = Type.Object(
  {
    userId: nullableString(
      'Id of the purged user; null if the store does not know the username: nothing was removed.',
    ),
    removed: Removed,
  },
  {
    $id: 'UserPurgeResponse',
    examples: [{ userId: '2244994945', removed: { rows: 1, contributions: 2 } }],
  },
);

export const PurgeResponse = Type.Object(
  { removed: Removed },
  { $id: 'PurgeResponse', examples: [{ removed: { rows: 1, contributions: 2 } }] },
);
