import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { CallerError } from '../../../domain/errors.ts';
import { parseTweetUrl } from '../../../domain/tweet-url.ts';
import type { AppDeps } from '../../app-deps.ts';
import { contextOf } from '../../caller.ts';
import { quote } from '../../framework-errors.ts';
import { HitAnswers, sendJson } from '../../hit-answers.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/answers.ts';
import { TWEET_DETAILS, TWEET_URLS_DETAILS } from '../../schemas/problem-examples.ts';
import { callerSecurity } from '../../schemas/security.ts';
import { NoQuery, ref } from '../../schemas/shared.ts';
import { failIfAllFailed, itemOf, outcomesOf, tweetSentiment } from '../../tweet-items.ts';
import { TweetSentiment, TweetsResponse, tweetQuery, tweetsRequest } from './schemas.ts';

const TWEET = { ...ref(TweetSentiment) };

/** Sentiment of tweets, from the feature store or read and scored by the service. */
export const tweetRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { model, scoreTweets, settings },
) => {
  const { limits } = settings;
  const hitAnswers = new HitAnswers({
    serialize: (tweet, reply) => reply.serializeInput(tweetSentiment(tweet, model), TWEET),
  });

  app.get(
    '/v1/inference',
    {
      preValidation: explainUnencodedUrl,
      schema: {
        operationId: 'scoreTweet',
        tags: ['inference'],
        summary: 'Sentiment of a tweet',
        description: 'Answers from the feature store if possible, else reads and scores the tweet.',
        security: callerSecurity(settings),
        querystring: tweetQuery(limits),
        response: answers(
          TweetSentiment,
          'The sentiment.',
          [
            ...INFERENCE_CODES,
            'url_too_long',
            'invalid_tweet_url',
            'unsupported_host',
            'invalid_tweet_id',
            'tweet_not_found',
            'tweet_protected',
            'tweet_withheld',
            'empty_text',
            'unsupported_language',
            'model_failed',
            'tweet_source_failed',
            'tweet_source_limited',
          ],
          TWEET_DETAILS,
        ),
      },
    },
    async (request, reply) => {
      const id = parseTweetUrl(request.query.tweetUrl);
      const context = contextOf(request, reply, limits.singleDeadlineMs);
      const [outcome] = await scoreTweets.score([id], context);
      if (!outcome) throw new Error('the use case returned no outcome');
      if (outcome.status === 'error') throw outcome.error;
      const hit = hitAnswers.jsonOf(outcome, reply);
      if (hit !== undefined) return sendJson(reply, hit);
      return tweetSentiment(outcome, model);
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
          'Takes one store read, one call of the tweet source and one batch. A failed tweet, or one with an invalid URL, has a problem in its place; the call fails only if every tweet failed for the same temporary reason.',
        security: callerSecurity(settings),
        querystring: NoQuery,
        body: tweetsRequest(limits),
        response: answers(
          TweetsResponse,
          'One result per URL, in order.',
          [
            ...INFERENCE_CODES,
            ...BODY_CODES,
            'batch_too_large',
            'url_too_long',
            'tweet_source_failed',
            'tweet_source_limited',
          ],
          TWEET_URLS_DETAILS,
        ),
      },
    },
    async (request, reply) => {
      const { tweetUrls } = request.body;
      const context = contextOf(request, reply, limits.batchDeadlineMs);
      const outcomes = await outcomesOf(tweetUrls, parseTweetUrl, (ids) =>
        scoreTweets.score(ids, context),
      );
      failIfAllFailed(outcomes);
      const hits = outcomes.map((outcome) => hitAnswers.jsonOf(outcome, reply));
      if (!hits.includes(undefined)) return sendJson(reply, resultsOf(tweetUrls, hits));
      return {
        results: outcomes.map((outcome, index) => ({
          tweetUrl: tweetUrls[index] ?? '',
          ...itemOf(outcome, model, request.id),
        })),
      };
    },
  );
};

/** The answer of a call whose tweets are all stored, as its schema would serialize it. */
function resultsOf(tweetUrls: readonly string[], hits: readonly (string | undefined)[]): string {
  const results = hits.map(
    (hit, index) =>
      `{"tweetUrl":${JSON.stringify(tweetUrls[index])},"status":"ok",${hit?.slice(1)}`,
  );
  return `{"results":[${results.join(',')}]}`;
}

/**
 * Explains a query in which the parameters of the tweet's URL became parameters of this request, as
 * `?tweetUrl=https://x.com/name/status/1?s=20&t=a`.
 */
async function explainUnencodedUrl({ query }: FastifyRequest): Promise<void> {
  const { tweetUrl } = query as Readonly<Record<string, unknown>>;
  if (typeof tweetUrl !== 'string' || !tweetUrl.includes('?')) return;
  const other = Object.keys(query as object).find((name) => name !== 'tweetUrl');
  if (other === undefined) return;
  throw new CallerError(
    'invalid_request',
    `The query holds an unknown query parameter ${quote(other)}; if it belongs to the tweet URL, percent-encode the URL (& as %26), or leave out its "?" and what follows.`,
  );
}
