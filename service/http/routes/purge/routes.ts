import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { parseTopic } from '../../../domain/topics.ts';
import { normalizeTweetId } from '../../../domain/tweet-url.ts';
import { parseUserReference } from '../../../domain/user.ts';
import type { AppDeps } from '../../app-deps.ts';
import { answers, FEATURE_CODES, PURGE_CODES } from '../../schemas/problem.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { ADMIN_SECURITY } from '../../security.ts';
import { ListingQuery, TopicParams, TweetListing, UserParams } from '../features/schemas.ts';

import { PurgeResponse, TweetIdParams } from '../tweets/schemas.ts';

/** What the administrator may look for in the feature store, and take out of it. */
export const purgeRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { features, scoreTweets },
) => {
  const common = { tags: ['admin'], security: ADMIN_SECURITY, querystring: NoQuery };

  app.get(
    '/v1/admin/features/tweets',
    {
      schema: {
        ...common,
        operationId: 'listTweets',
        summary: 'The ids of all tweets that anything is stored of',
        description:
          'Some at a time: ask again with `nextCursor` until it is null. What is stored all the while is listed, perhaps more than once.',
        querystring: ListingQuery,
        response: answers(TweetListing, 'Some of the ids.', FEATURE_CODES),
      },
    },
    async ({ query }): Promise<TweetListing> => {
      const { tweetIds, nextCursor } = await features.listTweets(query.cursor ?? '0');
      return { tweetIds: [...tweetIds], nextCursor };
    },
  );

  app.delete(
    '/v1/admin/features/tweets/:id',
    {
      schema: {
        ...common,
        operationId: 'purgeTweet',
        summary: 'Remove all that is stored of a tweet',
        description:
          'Removes its rows of every model revision, and what it adds to the aggregates; also answers 200 if there was nothing. The tweet is not stored again for a day.',
        params: TweetIdParams,
        response: answers(PurgeResponse, 'What was removed.', [...PURGE_CODES, 'invalid_tweet_id']),
      },
    },
    async (request) => ({ removed: await scoreTweets.purge(normalizeTweetId(request.params.id)) }),
  );

  app.delete(
    '/v1/admin/features/users/:user',
    {
      schema: {
        ...common,
        operationId: 'purgeUser',
        summary: 'Remove all that is stored of a user',
        description:
          "Purges each of the user's tweets, and the names; also answers 200 if there was nothing. If it fails, what it removed stays removed: send it again for the rest.",
        params: UserParams,
        response: answers(PurgeResponse, 'What was removed.', PURGE_CODES),
      },
    },
    async (request) => ({
      removed: await features.purgeUser(parseUserReference(request.params.user)),
    }),
  );

  app.delete(
    '/v1/admin/features/topics/:tag',
    {
      schema: {
        ...common,
        operationId: 'purgeTopic',
        summary: 'Remove all tweets of a topic',
        description:
          'Purges each tweet that counts under the topic, which takes it out of its author and of its other topics too; also answers 200 if there was nothing. If it fails, what it removed stays removed: send it again for the rest.',
        params: TopicParams,
        response: answers(PurgeResponse, 'What was removed.', PURGE_CODES),
      },
    },
    async (request) => ({ removed: await features.purgeTopic(parseTopic(request.params.tag)) }),
  );
};
