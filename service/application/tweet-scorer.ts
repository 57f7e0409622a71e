import { FeatureStoreUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { Prediction } from '../domain/sentiment.ts';
import type { Tweet, TweetId } from '../domain/tweet.ts';
import { featureWrite, type RowSettings } from './feature-write.ts';
import { Flights } from './flights.ts';
import type { FeatureStore, FeatureWrite, Purged } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';
import type { PredictionLog } from './ports/prediction-log.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import type { TweetLookup, TweetSource } from './ports/tweet-source.ts';
import type { RequestContext } from './request-context.ts';
import type { ScoredTweets, ScoreTweets, TweetOutcome } from './score-tweets.ts';
import type { PendingStoreWork } from './store-writer.ts';
import { emptyText, recentlyPurged, unavailable } from './tweet-outcomes.ts';

export interface TweetScorerOptions extends RowSettings {
  readonly store: FeatureStore;
  readonly pending: PendingStoreWork;
  readonly predictionLog: PredictionLog;
  readonly source: TweetSource;
  readonly model: SentimentModel;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly exposeText: boolean;
}

/** What one computation found out about the tweets it was started for. */
interface Computed {
  readonly outcomes: ReadonlyMap<TweetId, TweetOutcome>;
  readonly persist: () => void;
}

type Found = Extract<TweetLookup, { status: 'found' }>;

/**
 * Answers tweets from the feature store where it can, else from the source and the model.
 * Requests for a tweet that is being computed wait for that computation.
 */
export class TweetScorer implements ScoreTweets {
  readonly #options: TweetScorerOptions;
  readonly #flights: Flights<TweetId, Computed>;

  constructor(options: TweetScorerOptions) {
    this.#options = options;
    this.#flights = new Flights({
      compute: (ids, context) => this.#compute(ids, context),
      onDeserted: (computed) => computed.persist(),
    });
  }

  async score(ids: readonly TweetId[], context: RequestContext): Promise<ScoredTweets> {
    const computed = await this.#flights.join(ids, context);
    const outcomes = new Map(computed.flatMap((part) => [...part.outcomes]));
    return {
      outcomes: ids.map((id) => known(outcomes, id)),
      persist: () => {
        for (const part of computed) part.persist();
      },
    };
  }

  async ingest(
    tweets: readonly Tweet[],
    context: RequestContext,
  ): Promise<readonly TweetOutcome[]> {
    const distinct = [...new Map(tweets.map((tweet) => [tweet.id, tweet])).values()];
    const predictions = await this.#options.model.predict(
      distinct.map((tweet) => tweet.text),
      context,
    );
    const outcomes = new Map<TweetId, TweetOutcome>();
    const writes: FeatureWrite[] = [];
    distinct.forEach((tweet, index) => {
      const prediction = predictions[index];
      if (!prediction) outcomes.set(tweet.id, emptyText(tweet.id));
      else {
        const write = this.#writeOf(tweet, prediction);
        writes.push(write);
        outcomes.set(tweet.id, this.#answer(write.row, tweet.text, 'miss'));
      }
    });
    const written = await context.timings.measure('store', () =>
      this.#options.store.putTweets(writes),
    );
    this.#options.predictionLog.append(
      writes.filter((_, index) => written[index]).map(({ row }) => row),
    );
    writes.forEach(({ row }, index) => {
      if (!written[index]) outcomes.set(row.tweetId, recentlyPurged(row.tweetId));
    });
    return tweets.map((tweet) => known(outcomes, tweet.id));
  }

  async purge(id: TweetId): Promise<Purged> {
    const { store, predictionLog } = this.#options;
    const [purged] = await Promise.all([store.purgeTweet(id), predictionLog.recordPurges([id])]);
    return purged;
  }

  async #compute(ids: readonly TweetId[], context: RequestContext): Promise<Computed> {
    const { rows, available } = await this.#readStore(ids, context);
    const outcomes = new Map<TweetId, TweetOutcome>();
    const missing: TweetId[] = [];
    ids.forEach((id, index) => {
      const row = rows[index];
      if (row) outcomes.set(id, this.#answer(row, row.text, 'hit'));
      else missing.push(id);
    });
    if (available) {
      this.#options.metrics.record('FeatureStoreHits', outcomes.size);
      this.#options.metrics.record('FeatureStoreMisses', missing.length);
    }
    if (missing.length === 0) return { outcomes, persist: () => undefined };

    const found = await this.#lookup(missing, outcomes, context);
    const writes = this.#assess(found, available ? 'miss' : 'unavailable', outcomes);
    const persist = once(() => {
      this.#options.predictionLog.append(writes.map(({ row }) => row));
      this.#options.pending.write(writes);
    });
    return { outcomes, persist };
  }

  /** The store never makes an answer fail: what it cannot tell is computed again. */
  async #readStore(
    ids: readonly TweetId[],
    context: RequestContext,
  ): Promise<{ rows: readonly (FeatureRow | null)[]; available: boolean }> {
    const { store, logger } = this.#options;
    try {
      const rows = await context.timings.measure('store', () => store.getTweets(ids));
      return { rows, available: true };
    } catch (err) {
      if (!(err instanceof FeatureStoreUnavailableError)) {
        logger.error({ err }, 'the feature store failed in an unexpected way');
      }
      return { rows: [], available: false };
    }
  }

  /**
   * Reads and scores the missing tweets, with room in the engine held before the read is paid
   * for. Tweets that cannot be read get their outcome here, and what is stored of them goes.
   */
  async #lookup(
    missing: readonly TweetId[],
    outcomes: Map<TweetId, TweetOutcome>,
    context: RequestContext,
  ): Promise<readonly (readonly [Tweet, Prediction | null])[]> {
    const { model, source, pending } = this.#options;
    const reservation = model.reserve(missing.length, context.deadline);
    try {
      const lookups = await context.timings.measure('source', () =>
        source.lookup(missing, context),
      );
      missing.forEach((id, index) => {
        const status = lookups[index]?.status ?? 'not_found';
        if (status === 'found') return;
        outcomes.set(id, unavailable(id, status));
        pending.purge(id);
      });
      const tweets = lookups
        .filter((lookup): lookup is Found => lookup.status === 'found')
        .map((lookup) => lookup.tweet);
      if (tweets.length === 0) return [];
      const texts = tweets.map((tweet) => tweet.text);
      const predictions = await model.predict(texts, context, reservation);
      return tweets.map((tweet, index) => [tweet, predictions[index] ?? null] as const);
    } finally {
      reservation.release();
    }
  }

  /** Turns predictions into outcomes; returns the rows to be written. */
  #assess(
    scored: readonly (readonly [Tweet, Prediction | null])[],
    featureStore: 'miss' | 'unavailable',
    outcomes: Map<TweetId, TweetOutcome>,
  ): readonly FeatureWrite[] {
    return scored.flatMap(([tweet, prediction]) => {
      if (!prediction) {
        outcomes.set(tweet.id, emptyText(tweet.id));
        return [];
      }
      const write = this.#writeOf(tweet, prediction);
      outcomes.set(tweet.id, this.#answer(write.row, tweet.text, featureStore));
      return [write];
    });
  }

  #writeOf(tweet: Tweet, prediction: Prediction): FeatureWrite {
    return featureWrite(tweet, prediction, this.#options.model.identity, this.#options);
  }

  #answer(
    row: FeatureRow,
    text: string | null,
    featureStore: 'hit' | 'miss' | 'unavailable',
  ): TweetOutcome {
    return { status: 'ok', row, text: this.#options.exposeText ? text : null, featureStore };
  }
}

function known(outcomes: ReadonlyMap<TweetId, TweetOutcome>, id: TweetId): TweetOutcome {
  const outcome = outcomes.get(id);
  if (!outcome) throw new Error(`tweet ${id} was computed without an outcome`);
  return outcome;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
