/** Path parameters for the entities of the feature store. */

import { Type } from 'typebox';
import { TOPIC, USER } from './examples.ts';

export const UserParams = Type.Object({
  user: Type.String({
    description: 'User id (12) or username (@lenawrites); a bare number is an id.',
    examples: [`@${USER.username}`],
  }),
});

export const TopicParams = Type.Object({
  tag: Type.String({
    description:
      'Hashtag (%23newphone), cashtag (%24btc) or topic named at ingest (phones), in any case.',
    examples: [TOPIC],
  }),
});
