/** Path parameters for the entities of the feature store. */

import { Type } from 'typebox';

export const UserParams = Type.Object({
  user: Type.String({
    description: 'User id (12) or username (@jack); a bare number is an id.',
    examples: ['@jack'],
  }),
});

export const TopicParams = Type.Object({
  tag: Type.String({
    description:
      'Hashtag (%23bitcoin), cashtag (%24btc) or topic named at ingest (bitcoin), in any case.',
    examples: ['#bitcoin'],
  }),
});
