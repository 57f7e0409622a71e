import { TweetUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { Tweet } from '../domain/tweet.ts';
import { type AssessmentSettings, assessTweets } from './assess-tweets.ts';
import type { FeatureStore, FeatureWrite } from './ports/feature-store.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, deadlineIn } from './request-context.ts';
import type { StoreWriter } from './store-writer.ts';

/** Texts that are admitted at a time: other requests are admitted in between. */
const TEXTS_PER_STEP = 32;

export interface RescoreOptions extends Omit<AssessmentSettings, 'exposeText'> {
  readonly store: FeatureStore;
  readonly storeWriter: StoreWriter;
  readonly model: SentimentModel;
  /** Time for the texts of one step. */
  readonly deadlineMs: number;
}

/** Numbers of tweets of one page. */
export interface RescoredPage {
  /** Scored by the present model and stored; in a dry run, those that would be. */
  readonly rescored: number;
  /** Scored by the present model before. */
  readonly present: number;
  /** Their texts are not stored, or were purged or expired meanwhile. */
  readonly withoutText: number;
  /** The model gave no score, or the store refused the row. */
  readonly failed: number;
  readonly nextCursor: string | null;
}

interface Counts {
  rescored: number;
  withoutText: number;
  failed: number;
}

/**
 * Use case: scores stored tweets of another model version with the present one, page by page, from
 * the texts that are stored with them.
 */
export class Rescore {
  readonly #options: RescoreOptions;

  constructor(options: RescoreOptions) {
    this.#options = options;
  }

  /**
   * A page may be repeated: what it has stored is then present.
   *
   * @throws FeatureStoreUnavailableError, OverloadedError
   */
  async page(cursor: string, isDryRun: boolean, caller: Caller): Promise<RescoredPage> {
    const { outdated, ...page } = await this.#options.store.outdatedTweets(cursor);
    if (isDryRun) return { ...page, rescored: outdated.length, failed: 0 };
    const counts: Counts = { rescored: 0, withoutText: page.withoutText, failed: 0 };
    for (let start = 0; start < outdated.length; start += TEXTS_PER_STEP) {
      await this.#rescore(outdated.slice(start, start + TEXTS_PER_STEP), caller, counts);
    }
    return { ...page, ...counts };
  }

  async #rescore(outdated: readonly FeatureWrite[], caller: Caller, counts: Counts): Promise<void> {
    const { model, storeWriter, deadlineMs } = this.#options;
    const tweets = outdated.map(({ row }) => tweetOf(row));
    const context = { ...caller, deadline: deadlineIn(deadlineMs) };
    const texts = tweets.map(({ text }) => text);
    const predictions = await model.predict(texts, context);
    const { writes } = await assessTweets(tweets, predictions, model.identity, 'miss', {
      ...this.#options,
      exposeText: false,
    });
    // A text is not kept for longer because it is scored again.
    const lives = new Map(outdated.map(({ row, ttlSeconds }) => [row.tweetId, ttlSeconds]));
    const rows = writes.map((write) => ({
      ...write,
      ttlSeconds: lives.get(write.row.tweetId) ?? write.ttlSeconds,
    }));
    const notStored = await context.timings.measure('store', () => storeWriter.writeNow(rows));
    counts.rescored += rows.length - notStored.size;
    counts.failed += tweets.length - rows.length;
    for (const outcome of notStored.values()) {
      const isPurged = outcome.status === 'error' && outcome.error instanceof TweetUnavailableError;
      if (isPurged) counts.withoutText++;
      else counts.failed++;
    }
  }
}

/** A stored tweet as its source gave it. Its row ends with the time in which it may be edited. */
function tweetOf(row: FeatureRow): Tweet {
  return {
    id: row.tweetId,
    text: row.text ?? '',
    authorId: row.authorId,
    authorUsername: row.authorUsername,
    createdAtMs: row.eventTimestampMs,
    topics: row.topics,
    language: row.language,
    editableUntilMs: null,
  };
}
