import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { LoadedScore } from '../../../application/load-scores.ts';
import { isoTimeMs } from '../../../contract/iso-time.ts';
import { CallerError, ServiceError, TweetUnavailableError } from '../../../domain/errors.ts';
import { normalizeTweetId } from '../../../domain/tweet-url.ts';
import { tweetFromX } from '../../../tweet-source/x-format/tweet.ts';
import type { AppDeps } from '../../app-deps.ts';
import { problemOf } from '../../problem.ts';
import { answers, BODY_CODES, FEATURE_CODES } from '../../schemas/answers.ts';
import { ADMIN_DETAILS, ROWS_DETAILS } from '../../schemas/problem-examples.ts';
import { ADMIN_SECURITY } from '../../schemas/security.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { requireTextWithin } from '../../text-limit.ts';
import { LoadResponse, loadRequest, type ScoredTweet } from './schemas.ts';

/** Stores tweets that were scored elsewhere. */
export const loadRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { loadScores, model, purge, settings },
) => {
  const { limits } = settings;

  app.post(
    '/v1/admin/features/load',
    {
      schema: {
        operationId: 'loadScores',
        tags: ['admin'],
        summary: 'Store tweets scored elsewhere',
        description:
          'Stores tweets with the given scores, model and time, before the answer: `ok` means stored. A tweet with `withheld` is purged. A call may be repeated. The language that X gave a tweet (`lang`) goes before `language`.',
        security: ADMIN_SECURITY,
        querystring: NoQuery,
        body: loadRequest(limits),
        response: answers(
          LoadResponse,
          'One result per row, in order.',
          [...FEATURE_CODES, ...BODY_CODES, 'batch_too_large'],
          { ...ADMIN_DETAILS, ...ROWS_DETAILS },
        ),
      },
    },
    async (request): Promise<LoadResponse> => {
      const { rows } = request.body;
      const parsed = rows.map((row): LoadedScore | ServiceError => {
        try {
          return loadedScore(row, model.identity.preprocessingVersion, limits.textCharacters);
        } catch (error) {
          if (error instanceof ServiceError) return error;
          throw error;
        }
      });
      const withheld = rows.filter((_, index) => parsed[index] instanceof TweetUnavailableError);
      await Promise.all(withheld.map(({ tweet }) => purge.tweet(normalizeTweetId(tweet.id))));
      const scores = parsed.flatMap((each) => (each instanceof ServiceError ? [] : [each]));
      const outcomes = (scores.length > 0 ? await loadScores.load(scores) : []).values();
      return {
        results: parsed.map((each, index) => {
          const tweetId = rows[index]?.tweet.id ?? '';
          const error = each instanceof ServiceError ? each : (outcomes.next().value ?? null);
          if (error === null) return { tweetId, status: 'ok' };
          return { tweetId, status: 'error', problem: problemOf(error, request.id) };
        }),
      };
    },
  );
};

/** @throws CallerError, TweetUnavailableError */
function loadedScore(row: ScoredTweet, ownVersion: number, maxCharacters: number): LoadedScore {
  const tweet = tweetFromX({ text: '', ...row.tweet });
  if (row.tweet.withheld) {
    throw new TweetUnavailableError('tweet_withheld', `Tweet ${tweet.id} is withheld.`);
  }
  requireTextWithin(maxCharacters, tweet.text, `The text of tweet ${tweet.id}`);
  const scoredAtMs = isoTimeMs(row.scoredAt);
  if (scoredAtMs === null) {
    throw new CallerError(
      'invalid_request',
      `scoredAt of tweet ${tweet.id} must be like 2026-11-23T08:00:00Z, with its zone.`,
    );
  }
  return {
    tweet,
    scores: row.scores,
    truncated: row.truncated ?? false,
    language: {
      language: row.language ?? null,
      languageSupported: row.languageSupported ?? null,
    },
    identity: { ...row.model, preprocessingVersion: row.preprocessingVersion ?? ownVersion },
    scoredAtMs,
  };
}
