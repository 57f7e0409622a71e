import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { normalizeTweetId } from '../../domain/tweet-url.ts';
import { parseUserReference } from '../../domain/user.ts';
import type { AppDeps } from '../app-deps.ts';
import { TopicParams, UserParams } from '../schemas/features.ts';
import { answers, PURGE_CODES } from '../schemas/problem.ts';
import { NoQuery } from '../schemas/shared.ts';
import { PurgeResponse, TweetIdParams } from '../schemas/tweets.ts';
import { ADMIN_SECURITY } from './security.ts';
import { requireTopic } from './topic.ts';

/** What the administrator may take out of the feature store. */
export const purgeRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { features, scoreTweets },
) => {
  const common = { tags: ['admin'], security: ADMIN_SECURITY, querystring: NoQuery };

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
    async (request) => ({ removed: await features.purgeTopic(requireTopic(request.params.tag)) }),
  );
};
