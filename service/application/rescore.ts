import { DeadlineExceededError, TweetUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { ModelIdentity } from '../domain/sentiment.ts';
import type { Tweet, TweetId } from '../domain/tweet.ts';
import { type AssessmentSettings, assessTweets } from './assess-tweets.ts';
import type { FeatureStore, FeatureWrite } from './ports/feature-store.ts';
import type { PredictionLog } from './ports/prediction-log.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, type RequestContext, withDeadline } from './request-context.ts';
import type { StoreWriter } from './store-writer.ts';
import type { TweetOutcome } from './tweet-outcome.ts';

/** Most texts that are admitted at a time: other requests are admitted in between. */
const MAX_TEXTS_PER_STEP = 32;

export interface RescoreOptions extends Omit<AssessmentSettings, 'exposeText'> {
  readonly store: FeatureStore;
  readonly storeWriter: StoreWriter;
  readonly predictionLog: PredictionLog;
  readonly model: SentimentModel;
  /** Time for the texts of one step. */
  readonly deadlineMs: number;
}

/** Numbers of tweets of one page. */
export interface RescoredPage {
  /** Count with a score of the present model now; in a dry run, those that would. */
  readonly rescored: number;
  /** Counted with a score of the present model before. */
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
 * Use case: scores stored tweets that count with a score of another model version, page by page, from
 * the texts that are stored with them. After a rollback, a row of the present version stands in for
 * the text.
 */
export class Rescore {
  readonly #options: RescoreOptions;
  /** Halved when a step exceeds its deadline, as it would do each time; one more after each page with texts. */
  #textsPerStep = MAX_TEXTS_PER_STEP;

  constructor(options: RescoreOptions) {
    this.#options = options;
  }

  /**
   * A page may be repeated: what it has stored is then present. After a DeadlineExceededError its steps
   * are smaller.
   *
   * @throws FeatureStoreUnavailableError, OverloadedError
   */
  async page(cursor: string, isDryRun: boolean, caller: Caller): Promise<RescoredPage> {
    const { outdated, ...page } = await this.#options.store.outdatedTweets(cursor);
    if (isDryRun) return { ...page, rescored: outdated.length, failed: 0 };
    const counts: Counts = { rescored: 0, withoutText: page.withoutText, failed: 0 };
    for (let start = 0; start < outdated.length; ) {
      const step = outdated.slice(start, start + this.#textsPerStep);
      try {
        await this.#rescore(step, caller, counts);
      } catch (error) {
        if (error instanceof DeadlineExceededError) {
          // A page that runs at the same time may have set a smaller size.
          this.#textsPerStep = Math.min(this.#textsPerStep, Math.ceil(step.length / 2));
        }
        throw error;
      }
      start += step.length;
    }
    if (outdated.length > 0) {
      this.#textsPerStep = Math.min(MAX_TEXTS_PER_STEP, this.#textsPerStep + 1);
    }
    return { ...page, ...counts };
  }

  async #rescore(outdated: readonly FeatureWrite[], caller: Caller, counts: Counts): Promise<void> {
    const { model, deadlineMs } = this.#options;
    const ready = outdated.filter(({ row }) => isOf(row, model.identity));
    const tweets = outdated.filter((each) => !ready.includes(each)).map(({ row }) => tweetOf(row));
    const context = withDeadline(caller, deadlineMs);
    const writes = [
      ...ready.map((each) => this.#again(each)),
      ...(await this.#score(tweets, context)),
    ];
    // A text is not kept for longer because it is scored again.
    const lives = new Map(outdated.map(({ row, ttlSeconds }) => [row.tweetId, ttlSeconds]));
    const rows = writes.map((write) => ({
      ...write,
      ttlSeconds: lives.get(write.row.tweetId) ?? write.ttlSeconds,
    }));
    const notStored = await context.timings.measure('store', () => this.#write(rows));
    counts.rescored += rows.length - notStored.size;
    counts.failed += outdated.length - rows.length;
    for (const outcome of notStored.values()) {
      const isPurged = outcome.status === 'error' && outcome.error instanceof TweetUnavailableError;
      if (isPurged) counts.withoutText++;
      else counts.failed++;
    }
  }

  /**
   * Also logs rows of a write that failed: the store may have taken them, and a repeated page finds them
   * present.
   */
  async #write(rows: readonly FeatureWrite[]): Promise<ReadonlyMap<TweetId, TweetOutcome>> {
    const { storeWriter, predictionLog } = this.#options;
    try {
      return await storeWriter.writeNow(rows);
    } catch (error) {
      predictionLog.append(rows.map(({ row }) => row));
      throw error;
    }
  }

  async #score(
    tweets: readonly Tweet[],
    context: RequestContext,
  ): Promise<readonly FeatureWrite[]> {
    if (tweets.length === 0) return [];
    const { model } = this.#options;
    const texts = tweets.map(({ text }) => text);
    const predictions = await model.predict(texts, context);
    const settings = { ...this.#options, exposeText: false };
    const { writes } = await assessTweets(tweets, predictions, model.identity, 'miss', settings);
    return writes;
  }

  /** A row of the present version as if its text was scored now, which gives the same score. */
  #again({ row, ttlSeconds }: FeatureWrite): FeatureWrite {
    const { model, storeText } = this.#options;
    const { name, revision } = model.identity;
    const text = storeText ? row.text : null;
    const createdTimestampMs = Date.now();
    return { row: { ...row, model: { name, revision }, text, createdTimestampMs }, ttlSeconds };
  }
}

function isOf({ model, preprocessingVersion }: FeatureRow, identity: ModelIdentity): boolean {
  return (
    model.revision === identity.revision && preprocessingVersion === identity.preprocessingVersion
  );
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
