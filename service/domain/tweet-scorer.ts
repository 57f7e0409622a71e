import {
  EmptyTextError,
  FeatureStoreUnavailableError,
  type ServiceError,
  TweetUnavailableError,
} from '../errors.ts';
import { EDITABLE_ROW_TTL_SECONDS, type FeatureRow } from './feature-row.ts';
import { Flight } from './flight.ts';
import type { PendingStoreWork } from './pending-store-work.ts';
import type { FeatureStore, FeatureWrite, Purged } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';
import type { PredictionLog } from './ports/prediction-log.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import type { TweetLookup, TweetSource, UnavailableReason } from './ports/tweet-source.ts';
import type { RequestContext } from './request-context.ts';
import type { ScoredTweets, ScoreTweets, TweetOutcome } from './score-tweets.ts';
import type { ModelIdentity, Prediction } from './sentiment.ts';
import type { Tweet, TweetId } from './tweet.ts';

export interface TweetScorerOptions {
  readonly store: FeatureStore;
  readonly pending: PendingStoreWork;
  readonly predictionLog: PredictionLog;
  readonly source: TweetSource;
  readonly model: SentimentModel;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly rowTtlSeconds: number;
  readonly storeText: boolean;
  readonly exposeText: boolean;
}

/** What one computation found out about the tweets it was started for. */
interface Computed {
  readonly outcomes: ReadonlyMap<TweetId, TweetOutcome>;
  readonly persist: () => void;
}

type Found = Extract<TweetLookup, { status: 'found' }>;

const UNAVAILABLE = {
  not_found: ['tweet_not_found', 'does not exist or was deleted'],
  protected: ['tweet_protected', 'belongs to a protected account'],
  withheld: ['tweet_withheld', 'is withheld'],
} as const satisfies Record<UnavailableReason, readonly [string, string]>;

/**
 * Answers tweets from the feature store where it can, else from the source and the model.
 * Requests for a tweet that is being computed wait for that computation.
 */
export class TweetScorer implements ScoreTweets {
  readonly #options: TweetScorerOptions;
  readonly #flights = new Map<TweetId, Flight<Computed>>();

  constructor(options: TweetScorerOptions) {
    this.#options = options;
  }

  async score(ids: readonly TweetId[], context: RequestContext): Promise<ScoredTweets> {
    const flights = this.#flightsFor([...new Set(ids)], context);
    const computed = await Promise.all([...flights].map((flight) => flight.join(context)));
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
      if (!prediction) outcomes.set(tweet.id, failed(emptyText(tweet.id)));
      else {
        const row = this.#rowOf(tweet, prediction);
        writes.push(this.#writeOf(row, tweet));
        outcomes.set(tweet.id, this.#answer(row, tweet.text, 'miss'));
      }
    });
    const written = await context.timings.measure('store', () =>
      this.#options.store.putTweets(writes),
    );
    this.#options.predictionLog.append(
      writes.filter((_, index) => written[index]).map(({ row }) => row),
    );
    writes.forEach(({ row }, index) => {
      if (!written[index]) outcomes.set(row.tweetId, failed(recentlyPurged(row.tweetId)));
    });
    return tweets.map((tweet) => known(outcomes, tweet.id));
  }

  async purge(id: TweetId): Promise<Purged> {
    const { store, predictionLog } = this.#options;
    const [purged] = await Promise.all([store.purgeTweet(id), predictionLog.recordPurges([id])]);
    return purged;
  }

  /** Joins what is under way and starts one computation for all the rest. */
  #flightsFor(ids: readonly TweetId[], context: RequestContext): Set<Flight<Computed>> {
    const joined = new Set<Flight<Computed>>();
    const fresh: TweetId[] = [];
    for (const id of ids) {
      const flight = this.#flights.get(id);
      if (flight && !flight.aborted) joined.add(flight);
      else fresh.push(id);
    }
    if (fresh.length > 0) joined.add(this.#launch(fresh, context));
    return joined;
  }

  #launch(ids: readonly TweetId[], context: RequestContext): Flight<Computed> {
    const flight: Flight<Computed> = new Flight(context, async (shared) => {
      // Yield first, so that the flight is known before the computation can end.
      await Promise.resolve();
      try {
        const computed = await this.#compute(ids, shared);
        if (flight.deserted) computed.persist();
        return computed;
      } finally {
        for (const id of ids) if (this.#flights.get(id) === flight) this.#flights.delete(id);
      }
    });
    for (const id of ids) this.#flights.set(id, flight);
    return flight;
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
        outcomes.set(id, failed(unavailable(id, status)));
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
        outcomes.set(tweet.id, failed(emptyText(tweet.id)));
        return [];
      }
      const row = this.#rowOf(tweet, prediction);
      outcomes.set(tweet.id, this.#answer(row, tweet.text, featureStore));
      return [this.#writeOf(row, tweet)];
    });
  }

  #rowOf(tweet: Tweet, prediction: Prediction): FeatureRow {
    const { name, revision, preprocessingVersion }: ModelIdentity = this.#options.model.identity;
    return {
      tweetId: tweet.id,
      authorId: tweet.authorId,
      authorUsername: tweet.authorUsername,
      topics: tweet.topics,
      eventTimestampMs: tweet.createdAtMs,
      createdTimestampMs: Date.now(),
      model: { name, revision },
      preprocessingVersion,
      label: prediction.label,
      scores: prediction.scores,
      truncated: prediction.truncated,
      text: this.#options.storeText ? tweet.text : null,
    };
  }

  #writeOf(row: FeatureRow, tweet: Tweet): FeatureWrite {
    const editable = (tweet.editableUntilMs ?? 0) > row.createdTimestampMs;
    const { rowTtlSeconds } = this.#options;
    return {
      row,
      ttlSeconds: editable ? Math.min(EDITABLE_ROW_TTL_SECONDS, rowTtlSeconds) : rowTtlSeconds,
    };
  }

  #answer(
    row: FeatureRow,
    text: string | null,
    featureStore: 'hit' | 'miss' | 'unavailable',
  ): TweetOutcome {
    return { status: 'ok', row, text: this.#options.exposeText ? text : null, featureStore };
  }
}

function failed(error: ServiceError): TweetOutcome {
  return { status: 'error', error };
}

function unavailable(id: TweetId, reason: UnavailableReason): TweetUnavailableError {
  const [code, what] = UNAVAILABLE[reason];
  return new TweetUnavailableError(code, `Tweet ${id} ${what}.`);
}

function emptyText(id: TweetId): EmptyTextError {
  return new EmptyTextError(`Tweet ${id} has no text that could be scored.`);
}

function recentlyPurged(id: TweetId): TweetUnavailableError {
  return new TweetUnavailableError(
    'tweet_not_found',
    `Tweet ${id}, its author or one of its topics was purged less than a day ago: it is not stored.`,
  );
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
