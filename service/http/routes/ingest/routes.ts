import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CallerError, TweetUnavailableError } from '../../../domain/errors.ts';
import { isWithheld, tweetFromX } from '../../../tweet-source/x-format/tweet.ts';
import type { AppDeps } from '../../app-deps.ts';
import { requireReady } from '../../plugins/lifecycle.ts';
import { contextOf } from '../../plugins/request-trace.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/problem.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { ADMIN_SECURITY } from '../../security.ts';
import { itemOf, outcomesOf } from '../tweets/presenter.ts';
import { IngestResponse, ingestRequest } from '../tweets/schemas.ts';

/** Feeds the feature store. */
export const adminRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { lifecycle, scoreTweets, settings },
) => {
  const { limits } = settings;

  app.post(
    '/v1/admin/tweets',
    {
      onRequest: requireReady(lifecycle),
      schema: {
        operationId: 'ingestTweets',
        tags: ['admin'],
        summary: 'Score and store tweets already read',
        description: 'Tweets are scored and stored before the answer: `ok` means stored.',
        security: ADMIN_SECURITY,
        querystring: NoQuery,
        body: ingestRequest(limits),
        response: answers(IngestResponse, 'One result per tweet, in order.', [
          ...INFERENCE_CODES,
          ...BODY_CODES,
          'batch_too_large',
          'text_too_long',
          'feature_store_unavailable',
        ]),
      },
    },
    async (request, reply): Promise<IngestResponse> => {
      const { tweets, includes } = request.body;
      const context = contextOf(request, reply, limits.batchDeadlineMs);
      const outcomes = await outcomesOf(
        tweets,
        (x) => {
          if (isWithheld(x, includes)) {
            throw new TweetUnavailableError('tweet_withheld', `Tweet ${x.id} is withheld.`);
          }
          return tweetFromX(x, includes);
        },
        (passed) => {
          for (const tweet of passed) requireShortText(tweet.text, limits.textCharacters);
          return scoreTweets.ingest(passed, context);
        },
      );
      return {
        results: outcomes.map((outcome, index) => ({
          tweetId: tweets[index]?.id ?? '',
          ...itemOf(outcome, request.id),
        })),
      };
    },
  );
};

/**
 * The limit of texts, once X's escapes are resolved.
 *
 * @throws CallerError text_too_long
 */
function requireShortText(text: string, maxCharacters: number): void {
  if (text.length > maxCharacters && [...text].length > maxCharacters) {
    throw new CallerError(
      'text_too_long',
      `The text of a tweet has more than ${maxCharacters} characters: shorten it.`,
    );
  }
}
