import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { parseTweetUrl } from '../../../domain/tweet-url.ts';
import type { AppDeps } from '../../app-deps.ts';
import { afterResponse, contextOf } from '../../plugins/request-trace.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/problem.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { callerSecurity } from '../../security.ts';
import { itemOf, outcomesOf, tweetSentiment } from './presenter.ts';
import { TweetSentiment, TweetsResponse, tweetQuery, tweetsRequest } from './schemas.ts';

/** Sentiment of tweets that the service reads itself, feature store first. */
export const tweetRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { scoreTweets, settings },
) => {
  const { limits } = settings;

  app.get(
    '/v1/inference',
    {
      schema: {
        operationId: 'scoreTweet',
        tags: ['inference'],
        summary: 'Sentiment of a tweet',
        description:
          'Answers from the feature store where it can; else reads and scores the tweet.',
        security: callerSecurity(settings),
        querystring: tweetQuery(limits),
        response: answers(TweetSentiment, 'The sentiment.', [
          ...INFERENCE_CODES,
          'url_too_long',
          'invalid_tweet_url',
          'unsupported_host',
          'invalid_tweet_id',
          'tweet_not_found',
          'tweet_protected',
          'tweet_withheld',
          'empty_text',
          'tweet_source_failed',
          'tweet_source_limited',
        ]),
      },
    },
    async (request, reply): Promise<TweetSentiment> => {
      const id = parseTweetUrl(request.query.tweetUrl);
      const context = contextOf(request, reply, limits.singleDeadlineMs);
      const { outcomes, persist } = await scoreTweets.score([id], context);
      afterResponse(reply, persist);
      const [outcome] = outcomes;
      if (!outcome) throw new Error('The use case answered no tweet.');
      if (outcome.status === 'error') throw outcome.error;
      return tweetSentiment(outcome);
    },
  );

  app.post(
    '/v1/inference/tweets',
    {
      schema: {
        operationId: 'scoreTweets',
        tags: ['inference'],
        summary: 'Sentiment of several tweets',
        description:
          'One store read, one source call, one batch. A tweet that cannot be answered, its URL included, has a problem in its place; the call fails only for what concerns all of it.',
        security: callerSecurity(settings),
        querystring: NoQuery,
        body: tweetsRequest(limits),
        response: answers(TweetsResponse, 'One result per URL, in order.', [
          ...INFERENCE_CODES,
          ...BODY_CODES,
          'batch_too_large',
          'url_too_long',
          'tweet_source_failed',
          'tweet_source_limited',
        ]),
      },
    },
    async (request, reply): Promise<TweetsResponse> => {
      const { tweetUrls } = request.body;
      const context = contextOf(request, reply, limits.batchDeadlineMs);
      const outcomes = await outcomesOf(tweetUrls, parseTweetUrl, async (ids) => {
        const scored = await scoreTweets.score(ids, context);
        afterResponse(reply, scored.persist);
        return scored.outcomes;
      });
      return {
        results: outcomes.map((outcome, index) => ({
          tweetUrl: tweetUrls[index] ?? '',
          ...itemOf(outcome, request.id),
        })),
      };
    },
  );
};
