import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { totalOf } from '../../../application/read-features.ts';
import { CallerError } from '../../../domain/errors.ts';
import { parseTopic } from '../../../domain/topics.ts';
import { normalizeTweetId } from '../../../domain/tweet-url.ts';
import { parseUserReference } from '../../../domain/user.ts';
import { parseDayRange } from '../../../domain/utc-days.ts';
import type { AppDeps } from '../../app-deps.ts';
import { answers, FEATURE_CODES } from '../../schemas/answers.ts';
import { TopicParams, UserParams } from '../../schemas/entities.ts';
import { TOPIC_DETAILS, TWEET_IDS_DETAILS } from '../../schemas/problem-examples.ts';
import { callerSecurity } from '../../schemas/security.ts';
import { shownRow, shownSentiment } from './presenter.ts';
import {
  ActiveQuery,
  ActiveTopics,
  ActiveUsers,
  DEFAULT_ACTIVE,
  FeatureRows,
  RangeQuery,
  rowsQuery,
  TopicSentiment,
  UserSentiment,
} from './schemas.ts';

/** Feature rows and aggregates. */
export const featureRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { readFeatures, settings },
) => {
  const security = callerSecurity(settings);
  const { limits } = settings;

  app.get(
    '/v1/users/:user/sentiment',
    {
      schema: {
        operationId: 'getUserSentiment',
        tags: ['features'],
        summary: "Daily sentiment of a user's tweets",
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
      const { entity, ...sentiment } = await readFeatures.userSentiment(
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
        summary: 'Daily sentiment of the tweets of a topic',
        security,
        params: TopicParams,
        querystring: RangeQuery,
        response: answers(
          TopicSentiment,
          'The sentiment.',
          [...FEATURE_CODES, 'entity_not_found', 'parameter_too_long'],
          TOPIC_DETAILS,
        ),
      },
    },
    async (request): Promise<TopicSentiment> => {
      const range = parseDayRange(request.query, Date.now());
      const { entity, ...sentiment } = await readFeatures.topicSentiment(
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
        summary: 'Most active users',
        description: 'Users with the most tweets over all stored days, with label counts.',
        security,
        querystring: ActiveQuery,
        response: answers(ActiveUsers, 'The users.', FEATURE_CODES),
      },
    },
    async (request): Promise<ActiveUsers> => {
      const limit = Number(request.query.limit ?? DEFAULT_ACTIVE);
      const users = await readFeatures.mostActiveUsers(limit);
      return {
        users: users.map(({ counts, otherLanguages, ...user }) => ({
          user,
          total: totalOf(counts),
          otherLanguages,
          counts,
        })),
      };
    },
  );

  app.get(
    '/v1/topics',
    {
      schema: {
        operationId: 'getActiveTopics',
        tags: ['features'],
        summary: 'Most active topics',
        description: 'Topics with the most tweets over all stored days, with label counts.',
        security,
        querystring: ActiveQuery,
        response: answers(ActiveTopics, 'The topics.', FEATURE_CODES),
      },
    },
    async (request): Promise<ActiveTopics> => {
      const limit = Number(request.query.limit ?? DEFAULT_ACTIVE);
      const topics = await readFeatures.mostActiveTopics(limit);
      return {
        topics: topics.map(({ topic: id, counts, otherLanguages }) => ({
          topic: { id },
          total: totalOf(counts),
          otherLanguages,
          counts,
        })),
      };
    },
  );

  app.get(
    '/v1/features/tweets',
    {
      schema: {
        operationId: 'getFeatureRows',
        tags: ['features'],
        summary: 'Feature rows of tweets',
        description: 'Rows of the served model, only from the feature store.',
        security,
        querystring: rowsQuery(limits),
        response: answers(
          FeatureRows,
          'One row per id, in order.',
          [...FEATURE_CODES, 'batch_too_large', 'invalid_tweet_id'],
          TWEET_IDS_DETAILS,
        ),
      },
    },
    async (request): Promise<FeatureRows> => {
      const ids = request.query.ids.split(',');
      if (ids.length > limits.tweets) {
        throw new CallerError(
          'batch_too_large',
          `ids has ${ids.length} tweets, more than ${limits.tweets}; send several requests.`,
        );
      }
      const rows = await readFeatures.rows(ids.map(normalizeTweetId));
      return { rows: rows.map((row) => row && shownRow(row)) };
    },
  );
};
