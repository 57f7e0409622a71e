import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { TweetUnavailableError } from '../../../domain/errors.ts';
import type { TweetId } from '../../../domain/tweet.ts';
import { isWithheld, tweetFromX } from '../../../tweet-source/x-format/tweet.ts';
import type { AppDeps } from '../../app-deps.ts';
import { contextOf } from '../../caller.ts';
import { requireReady } from '../../readiness.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/answers.ts';
import { ADMIN_DETAILS, TWEETS_DETAILS } from '../../schemas/problem-examples.ts';
import { ADMIN_SECURITY } from '../../schemas/security.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { requireTextWithin } from '../../text-limit.ts';
import { itemOf, outcomesOf } from '../../tweet-items.ts';
import { IngestResponse, ingestRequest } from './schemas.ts';

/** Scores and stores tweets that the administrator sends. */
export const ingestRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { ingestTweets, lifecycle, model, purge, settings },
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
        description:
          'Tweets are scored and stored before the answer: `ok` means stored. A tweet with `withheld` is purged. A tweet without a time has that of its id. Ids from before November 2010 hold none: such a tweet needs `created_at`, or it counts as of 2010-11-04.',
        security: ADMIN_SECURITY,
        querystring: NoQuery,
        body: ingestRequest(limits),
        response: answers(
          IngestResponse,
          'One result per tweet, in order.',
          [
            ...INFERENCE_CODES,
            ...BODY_CODES,
            'batch_too_large',
            'text_too_long',
            'feature_store_unavailable',
          ],
          { ...ADMIN_DETAILS, ...TWEETS_DETAILS },
        ),
      },
    },
    async (request, reply): Promise<IngestResponse> => {
      const { tweets, includes } = request.body;
      const context = contextOf(request, reply, limits.batchDeadlineMs);
      const withheld: TweetId[] = [];
      const outcomes = await outcomesOf(
        tweets,
        (x) => {
          const tweet = tweetFromX(x, includes);
          if (!isWithheld(x, includes)) return tweet;
          withheld.push(tweet.id);
          throw new TweetUnavailableError('tweet_withheld', `Tweet ${tweet.id} is withheld.`);
        },
        (parsed) => {
          // Measured here, once X's escapes are resolved.
          for (const { id, text } of parsed) {
            requireTextWithin(limits.textCharacters, text, `The text of tweet ${id}`);
          }
          return ingestTweets.ingest(parsed, context);
        },
      );
      await Promise.all(withheld.map((id) => purge.tweet(id)));
      return {
        results: outcomes.map((outcome, index) => ({
          tweetId: tweets[index]?.id ?? '',
          ...itemOf(outcome, model, request.id),
        })),
      };
    },
  );
};
