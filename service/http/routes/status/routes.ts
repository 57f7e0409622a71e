import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PATHS } from '../../../contract/http.ts';
import type { AppDeps } from '../../app-deps.ts';
import { API_CODES, answers } from '../../schemas/problem.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { Status } from './schemas.ts';

/** What people and the page want to know of this instance. */
export const statusRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (app, deps) => {
  app.get(
    PATHS.status,
    {
      schema: {
        operationId: 'getStatus',
        tags: ['operation'],
        summary: 'State of this instance, with counts since it started',
        querystring: NoQuery,
        response: answers(Status, 'The state.', API_CODES),
      },
    },
    async () => statusOf(deps),
  );
};

function statusOf({ info, lifecycle, model, totals }: AppDeps): Status {
  const { name, revision, preprocessingVersion } = model.identity;
  const hits = totals.total('FeatureStoreHits');
  const misses = totals.total('FeatureStoreMisses');
  return {
    name: info.name,
    version: info.version,
    status: lifecycle.state,
    startedAt: new Date(info.startedAtMs).toISOString(),
    uptimeSeconds: (Date.now() - info.startedAtMs) / 1_000,
    model: { name, revision, preprocessingVersion, maxTokens: model.maxTokens },
    featureStore: {
      kind: info.featureStore,
      hits,
      misses,
      errors: totals.total('FeatureStoreErrors'),
      hitRate: hits + misses === 0 ? null : hits / (hits + misses),
    },
    tweetSource: {
      kind: info.tweetSource,
      calls: totals.total('TweetSourceCalls'),
      readsSpentToday: info.readsSpentToday(),
    },
    engine: {
      ...model.load(),
      predictions: totals.total('Predictions'),
      shed: totals.total('Shed'),
    },
    requests: {
      total: totals.total('Requests'),
      failuresByCode: { ...totals.byDimension('RequestFailures') },
    },
  };
}
