import {
  DeadlineExceededError,
  FeatureStoreUnavailableError,
  ServiceError,
  TweetSourceFailedError,
} from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { findingOf } from '../domain/language.ts';
import type { TweetId } from '../domain/tweet.ts';
import { type AssessmentSettings, assessTweets } from './assess-tweets.ts';
import { Coalescer } from './coalesce.ts';
import { failed } from './failed-outcome.ts';
import type { FeatureStore } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Reservation, SentimentModel } from './ports/sentiment-model.ts';
import type { TweetLookup, TweetSource } from './ports/tweet-source.ts';
import {
  type Deadline,
  type PhaseTimings,
  type RequestContext,
  remainingMs,
} from './request-context.ts';
import type { StoreWriter } from './store-writer.ts';
import { type TweetOutcome, unavailable, unreadable } from './tweet-outcome.ts';
import type { UnsupportedLanguagePolicy } from './unsupported-language.ts';

export interface ScoreTweetsOptions extends AssessmentSettings {
  readonly store: FeatureStore;
  readonly storeWriter: StoreWriter;
  readonly source: TweetSource;
  readonly model: SentimentModel;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly unsupportedLanguage: UnsupportedLanguagePolicy;
}

type Outcomes = ReadonlyMap<TweetId, TweetOutcome>;

/** Use case: answers tweets from the feature store where possible, else reads and scores them. */
export class ScoreTweets {
  readonly #options: ScoreTweetsOptions;
  readonly #coalescer = new Coalescer<TweetId, TweetOutcome>(lateOutcomes);
  readonly #judged = new WeakMap<FeatureRow, FeatureRow>();

  constructor(options: ScoreTweetsOptions) {
    this.#options = options;
  }

  /**
   * Returns outcomes in the length and order of the ids. New rows are written after the response.
   * Stored tweets are read without coalescing: the store bounds the time of its reads. Only
   * computations are shared with other requests; one is aborted when the last of them has left. A
   * failure of the source or the engine is the outcome of each tweet that is not stored.
   *
   * @throws DeadlineExceededError at the request's deadline unless the source is late, and the reason
   * of its signal
   */
  async score(ids: readonly TweetId[], context: RequestContext): Promise<readonly TweetOutcome[]> {
    const outcomes = await this.#outcomesOf([...new Set(ids)], context);
    return ids.map((id) => {
      const outcome = outcomes.get(id);
      if (!outcome) throw new Error(`tweet ${id} was computed without an outcome`);
      return this.#withinPolicy(outcome);
    });
  }

  /** Refuses a tweet that the model cannot read after it is stored: it is read and paid once. */
  #withinPolicy(outcome: TweetOutcome): TweetOutcome {
    const { unsupportedLanguage, model } = this.#options;
    if (unsupportedLanguage === 'score' || outcome.status === 'error') return outcome;
    const { tweetId, language, languageSupported } = outcome.row;
    if (languageSupported !== false) return outcome;
    return unreadable(tweetId, language, model.languages);
  }

  /**
   * A tweet that is being computed is not stored yet: its request joins the computation, and does
   * so before it reads the other tweets, because the computation may end during that read.
   */
  async #outcomesOf(ids: readonly TweetId[], context: RequestContext): Promise<Outcomes> {
    const running = ids.filter((id) => this.#coalescer.isRunning(id));
    if (running.length === 0) return this.#readOrCompute(ids, context);
    const others = ids.filter((id) => !running.includes(id));
    const parts = await Promise.all([
      this.#coalescer.join(running, context),
      this.#readOrCompute(others, context),
    ]);
    return new Map(parts.flatMap((part) => [...part]));
  }

  async #readOrCompute(ids: readonly TweetId[], context: RequestContext): Promise<Outcomes> {
    if (ids.length === 0) return new Map();
    const rows = await this.#readStore(ids, context);
    const hits = new Map<TweetId, TweetOutcome>();
    for (const [index, id] of ids.entries()) {
      const row = rows?.[index];
      if (row) hits.set(id, this.#hit(row));
    }
    if (hits.size > 0) this.#options.metrics.record('FeatureStoreHits', hits.size);
    if (hits.size === ids.length) return hits;
    // The rest may be paid: nothing is read for a client that left, or after the deadline.
    context.signal.throwIfAborted();
    if (remainingMs(context.deadline) === 0) throw new DeadlineExceededError();
    const missing = ids.filter((id) => !hits.has(id));
    const computed = await this.#coalescer.resolve(missing, context, (tweets, shared) =>
      this.#compute(tweets, rows ? 'miss' : 'unavailable', shared),
    );
    return new Map([...hits, ...computed]);
  }

  /** Null if the store does not answer: its failures never fail a request. */
  async #readStore(
    ids: readonly TweetId[],
    context: RequestContext,
  ): Promise<readonly (FeatureRow | null)[] | null> {
    const { store, logger } = this.#options;
    try {
      return await context.timings.measure('store', () => store.getTweets(ids));
    } catch (err) {
      if (!(err instanceof FeatureStoreUnavailableError)) {
        logger.error({ err }, 'the feature store failed unexpectedly');
      }
      return null;
    }
  }

  #hit(stored: FeatureRow): TweetOutcome {
    const { exposeText, model } = this.#options;
    const { languageSupported } = findingOf(stored.language, model.languages);
    const isSame = languageSupported === stored.languageSupported;
    const row = isSame ? stored : this.#judgedAgain(stored, languageSupported);
    const text = exposeText ? row.text : null;
    return { status: 'ok', row, text, featureStore: 'hit', tokens: null };
  }

  /**
   * The row after a correction of the model's languages. One copy for each row, because answers are
   * kept beside their rows.
   */
  #judgedAgain(stored: FeatureRow, languageSupported: boolean | null): FeatureRow {
    const kept = this.#judged.get(stored);
    if (kept?.languageSupported === languageSupported) return kept;
    const row = { ...stored, languageSupported };
    this.#judged.set(stored, row);
    return row;
  }

  /** Keeps a failure from the stored tweets of the same call. */
  async #compute(
    ids: readonly TweetId[],
    featureStore: 'miss' | 'unavailable',
    context: RequestContext,
  ): Promise<Outcomes> {
    if (featureStore === 'miss') this.#options.metrics.record('FeatureStoreMisses', ids.length);
    try {
      return await this.#readAndScore(ids, featureStore, context);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return new Map(ids.map((id) => [id, failed(error)]));
    }
  }

  /** Reserves capacity of the engine before the read, which may be paid. */
  async #readAndScore(
    ids: readonly TweetId[],
    featureStore: 'miss' | 'unavailable',
    context: RequestContext,
  ): Promise<Outcomes> {
    const { model, source, storeWriter } = this.#options;
    const reservation = model.reserve(ids.length, context.deadline);
    const deadline = readDeadline(context.deadline, reservation);
    try {
      const lookups = await context.timings.measure('source', () =>
        source.lookup(ids, { deadline, signal: context.signal }),
      );
      const unread = ids.flatMap((id, index) => {
        const outcome = this.#unread(id, lookups[index]);
        return outcome ? [[id, outcome] as const] : [];
      });
      const tweets = lookups.flatMap((lookup) => (lookup.status === 'found' ? [lookup.tweet] : []));
      if (tweets.length === 0) return new Map(unread);
      const texts = tweets.map((tweet) => tweet.text);
      const predictions = await model.predict(texts, context, reservation);
      const { outcomes, writes } = await assessTweets(
        tweets,
        predictions,
        model.identity,
        featureStore,
        this.#options,
      );
      storeWriter.write(writes);
      return new Map([...unread, ...outcomes]);
    } finally {
      reservation.release();
    }
  }

  /** Outcome of a tweet that was not found, which purges it unless only the read failed. */
  #unread(id: TweetId, lookup: TweetLookup | undefined): TweetOutcome | null {
    if (lookup === undefined) throw new Error(`the tweet source gave no answer for tweet ${id}`);
    if (lookup.status === 'found') return null;
    if (lookup.status === 'failed') return failed(lookup.error);
    this.#options.storeWriter.purge(id);
    return unavailable(id, lookup.status);
  }
}

/**
 * Outcomes for a request whose deadline passes before that of the computation it has joined. While the
 * tweets are read, the source is to blame.
 *
 * @throws DeadlineExceededError after the read
 */
function lateOutcomes(ids: readonly TweetId[], timings: PhaseTimings): Outcomes {
  if (timings.has('source')) throw new DeadlineExceededError();
  return new Map(ids.map((id) => [id, failed(lateRead(id))]));
}

function lateRead(id: TweetId): TweetSourceFailedError {
  return new TweetSourceFailedError(
    `Tweet ${id} was not read within the time of the request; send it again.`,
  );
}

/**
 * Deadline of a read, which leaves time to score what was read. It moves with the deadline of the
 * requests, and leaves the read at least half of the time.
 */
function readDeadline(deadline: Deadline, { scoringMs }: Reservation): Deadline {
  const keptMs = Math.min(scoringMs, remainingMs(deadline) / 2);
  return {
    get atMs() {
      return deadline.atMs - keptMs;
    },
  };
}
