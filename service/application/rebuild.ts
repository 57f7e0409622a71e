import type { FeatureStore, RebuildPage } from './ports/feature-store.ts';
import type { Purge } from './purge.ts';

/**
 * Use case: mends the aggregates of the store, a page at a time. Tweets that an earlier purge missed,
 * because the aggregate that led to them was lost, are purged again.
 *
 * Throws FeatureStoreUnavailableError if the store does not answer; the page can then be repeated.
 */
export class Rebuild {
  readonly #store: FeatureStore;
  readonly #purge: Purge;

  constructor({ store, purge }: { readonly store: FeatureStore; readonly purge: Purge }) {
    this.#store = store;
    this.#purge = purge;
  }

  async page(cursor: string, isDryRun: boolean): Promise<RebuildPage> {
    const page = await this.#store.rebuildAggregates(cursor, isDryRun);
    if (!isDryRun) for (const id of page.purged) await this.#purge.tweet(id);
    return page;
  }
}
