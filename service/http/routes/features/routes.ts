import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { totalOf } from '../../../application/read-features.ts';
import { CallerError } from '../../../domain/errors.ts';
import { parseTopic } from '../../../domain/topics.ts';
import { normalizeTweetId } from '../../../domain/tweet-url.ts';
import { parseUserReference } from '../../../domain/user.ts';
import { parseDayRange } from '../../../domain/utc-days.ts';
import type { AppDeps } from '../../app-deps.ts';
import { answers, FEATURE_CODES } from '../../schemas/problem.ts';
import { callerSecurity } from '../../security.ts';
import { shownRow, shownSentiment } from './presenter.ts';
import {
  ActiveUsers,
  ActiveUsersQuery,
  DEFAULT_ACTIVE_USERS,
  FeatureRows,
  RangeQuery,
  rowsQuery,
  TopicParams,
  TopicSentiment,
  UserParams,
  UserSentiment,
} from './schemas.ts';

/** What the feature store holds, and what it adds up to. */
export const featureRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { features, settings },
) => {
  const security = callerSecurity(settings);
  const { limits } = settings;

  app.get(
    '/v1/users/:user/sentiment',
    {
      schema: {
        operationId: 'getUserSentiment',
        tags: ['features'],
        summary: "Sentiment of a user's tweets, day by day",
        security,
        params: UserParams,
        querystring: RangeQuery,
        response: answers(UserSentiment, 'The sentiment.', [
          ...FEATURE_CODES,
          'entity_not_found',
          'parameter_too_long',
        ]),
      },
    },
    async (request): Promise<UserSentiment> => {
      const range = parseDayRange(request.query, Date.now());
      const { entity, ...sentiment } = await features.userSentiment(
        parseUserReference(request.params.user),
        range,
      );
      return { entity: { type: 'user', ...entity }, ...shownSentiment(sentiment, range) };
    },
  );

  app.get(
    '/v1/topics/:tag/sentiment',
    {
      schema: {
        operationId: 'getTopicSentiment',
        tags: ['features'],
        summary: 'Sentiment of the tweets of a topic, day by day',
        security,
        params: TopicParams,
        querystring: RangeQuery,
        response: answers(TopicSentiment, 'The sentiment.', [
          ...FEATURE_CODES,
          'entity_not_found',
          'parameter_too_long',
        ]),
      },
    },
    async (request): Promise<TopicSentiment> => {
      const range = parseDayRange(request.query, Date.now());
      const { entity, ...sentiment } = await features.topicSentiment(
        parseTopic(request.params.tag),
        range,
      );
      return { entity: { type: 'topic', ...entity }, ...shownSentiment(sentiment, range) };
    },
  );

  app.get(
    '/v1/users',
    {
      schema: {
        operationId: 'getActiveUsers',
        tags: ['features'],
        summary: 'The most active users',
        description: 'Those with the most tweets over all kept days, with their labels.',
        security,
        querystring: ActiveUsersQuery,
        response: answers(ActiveUsers, 'The users.', FEATURE_CODES),
      },
    },
    async (request): Promise<ActiveUsers> => {
      const limit = Number(request.query.limit ?? DEFAULT_ACTIVE_USERS);
      const users = await features.mostActiveUsers(limit);
      return {
        users: users.map(({ counts, ...user }) => ({ user, total: totalOf(counts), counts })),
      };
    },
  );

  app.get(
    '/v1/features/tweets',
    {
      schema: {
        operationId: 'getFeatureRows',
        tags: ['features'],
        summary: 'What is stored of tweets',
        description: 'Rows of the served model; nothing is read from X and nothing is scored.',
        security,
        querystring: rowsQuery(limits),
        response: answers(FeatureRows, 'One row per id, in order.', [
          ...FEATURE_CODES,
          'batch_too_large',
          'invalid_tweet_id',
        ]),
      },
    },
    async (request): Promise<FeatureRows> => {
      const ids = request.query.ids.split(',');
      if (ids.length > limits.tweets) {
        throw new CallerError(
          'batch_too_large',
          `ids names ${ids.length} tweets, more than ${limits.tweets}: send several requests.`,
        );
      }
      const rows = await features.rows(ids.map(normalizeTweetId));
      return { rows: rows.map((row) => row && shownRow(row)) };
    },
  );
};
