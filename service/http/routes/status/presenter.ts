import type { AppDeps } from '../../app-deps.ts';
import type { Status } from './schemas.ts';

export async function statusOf({
  info,
  lifecycle,
  model,
  readFeatures,
  settings,
  totals,
}: AppDeps): Promise<Status> {
  const { name, revision, preprocessingVersion } = model.identity;
  const hits = totals.total('FeatureStoreHits');
  const misses = totals.total('FeatureStoreMisses');
  return {
    name: info.name,
    version: info.version,
    status: lifecycle.state,
    startedAt: new Date(info.startedAtMs).toISOString(),
    uptimeSeconds: info.uptimeSeconds(),
    model: {
      name,
      revision,
      preprocessingVersion,
      languages: [...model.languages],
      maxTokens: model.maxTokens,
    },
    featureStore: {
      kind: info.featureStore,
      hits,
      misses,
      errors: totals.total('FeatureStoreErrors'),
      sample: await readFeatures.holdsSample(),
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
    limits: {
      ...settings.limits,
      requestsPerMinute: settings.rateLimitPerMinute || null,
      maxTokens: model.maxTokens,
    },
  };
}
