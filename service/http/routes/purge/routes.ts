import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ErrorCode } from '../../../domain/errors.ts';
import { parseTopic } from '../../../domain/topics.ts';
import { normalizeTweetId } from '../../../domain/tweet-url.ts';
import { parseUserReference } from '../../../domain/user.ts';
import type { AppDeps } from '../../app-deps.ts';
import { checkedCursor } from '../../scan-cursor.ts';
import { answers, FEATURE_CODES } from '../../schemas/answers.ts';
import { TopicParams, UserParams } from '../../schemas/entities.ts';
import { ADMIN_DETAILS } from '../../schemas/problem-examples.ts';
import { ADMIN_SECURITY } from '../../schemas/security.ts';
import { NoQuery } from '../../schemas/shared.ts';
import {
  ListingQuery,
  PurgeResponse,
  TweetIdParams,
  TweetListing,
  UserPurgeResponse,
} from './schemas.ts';

const PURGE_CODES = [
  ...FEATURE_CODES,
  'parameter_too_long',
] as const satisfies readonly ErrorCode[];

/** Lists and purges what the feature store holds. */
export const purgeRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { purge, readFeatures },
) => {
  const common = { tags: ['admin'], security: ADMIN_SECURITY, querystring: NoQuery };

  app.get(
    '/v1/admin/features/tweets',
    {
      schema: {
        ...common,
        operationId: 'listTweets',
        summary: 'List stored tweet ids',
        description:
          'Paginated: repeat with `nextCursor` until it is null. A tweet may appear more than once.',
        querystring: ListingQuery,
        response: answers(TweetListing, 'One page of ids.', FEATURE_CODES, ADMIN_DETAILS),
      },
    },
    async ({ query: { cursor = '0' } }): Promise<TweetListing> => {
      const { tweetIds, nextCursor } = await readFeatures.listTweets(checkedCursor(cursor));
      return { tweetIds: [...tweetIds], nextCursor };
    },
  );

  app.delete(
    '/v1/admin/features/tweets/:id',
    {
      schema: {
        ...common,
        operationId: 'purgeTweet',
        summary: 'Purge a tweet',
        description:
          'Removes its rows of every model revision and its contributions to aggregates. Answers 200 also if nothing was stored. The tweet is not stored again for a day.',
        params: TweetIdParams,
        response: answers(
          PurgeResponse,
          'Removed data.',
          [...PURGE_CODES, 'invalid_tweet_id'],
          ADMIN_DETAILS,
        ),
      },
    },
    async (request) => ({ removed: await purge.tweet(normalizeTweetId(request.params.id)) }),
  );

  app.delete(
    '/v1/admin/features/users/:user',
    {
      schema: {
        ...common,
        operationId: 'purgeUser',
        summary: 'Purge a user',
        description:
          "Purges each of the user's tweets and the usernames. Answers 200 also if nothing was stored. If the store does not know the username, nothing is removed and `userId` is null: purge by the id instead. A failed purge may have removed a part; repeat it to remove the rest.",
        params: UserParams,
        response: answers(UserPurgeResponse, 'Removed data.', PURGE_CODES, ADMIN_DETAILS),
      },
    },
    async (request) => {
      const { userId, ...removed } = await purge.user(parseUserReference(request.params.user));
      return { userId, removed };
    },
  );

  app.delete(
    '/v1/admin/features/topics/:tag',
    {
      schema: {
        ...common,
        operationId: 'purgeTopic',
        summary: 'Purge the tweets of a topic',
        description:
          'Purges each tweet that counts under the topic, which also removes it from its author and its other topics. Answers 200 also if nothing was stored. A failed purge may have removed a part; repeat it to remove the rest.',
        params: TopicParams,
        response: answers(PurgeResponse, 'Removed data.', PURGE_CODES, ADMIN_DETAILS),
      },
    },
    async (request) => ({ removed: await purge.topic(parseTopic(request.params.tag)) }),
  );
};
