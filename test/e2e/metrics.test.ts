import { describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';

interface EmfDocument {
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Namespace: string }[] };
  readonly [metric: string]: unknown;
}

const isEmf = (line: Record<string, unknown>): line is EmfDocument & Record<string, unknown> =>
  '_aws' in line;

describe('metrics', () => {
  it('are written to stdout as embedded metrics when asked for, and not otherwise', async () => {
    for (const wanted of [true, false]) {
      const service = await ServiceProcess.start({
        TWEET_SOURCE: 'fixture',
        ...(wanted && { METRICS: 'emf' }),
      });
      await service.tweet('https://x.com/i/status/1460323737035677698');
      await service.tweet('https://x.com/i/status/1460323737035677698');
      await service.tweet('https://example.com/');
      await service.stop();
      const documents = service.log.filter(isEmf);
      const sum = (name: string): number =>
        documents
          .flatMap((document) => document[name] ?? [])
          .reduce<number>((total, value) => total + Number(value), 0);
      expect(sum('FeatureStoreHits')).toBe(wanted ? 1 : 0);
      expect(sum('FeatureStoreMisses')).toBe(wanted ? 1 : 0);
      expect(sum('RequestFailures')).toBe(wanted ? 1 : 0);
    }
  }, 60_000);
});
