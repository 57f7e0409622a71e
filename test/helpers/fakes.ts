import { LanguageCheck } from '../../service/application/language-check.ts';
import { PendingWrites } from '../../service/application/pending-writes.ts';
import type {
  ActiveTopic,
  ActiveUser,
  BeforePurge,
  DayBucket,
  FeatureStore,
  FeatureWrite,
  OutdatedTweets,
  Purged,
  RebuildPage,
  TweetListing,
  UserBuckets,
  WriteResult,
} from '../../service/application/ports/feature-store.ts';
import type { LanguageIdentifier } from '../../service/application/ports/language-identifier.ts';
import type { Logger } from '../../service/application/ports/logger.ts';
import type { Metrics } from '../../service/application/ports/metrics.ts';
import type { PredictionLog } from '../../service/application/ports/prediction-log.ts';
import type {
  Reservation,
  SentimentModel,
} from '../../service/application/ports/sentiment-model.ts';
import type {
  TweetLookup,
  TweetSource,
  UnavailableReason,
} from '../../service/application/ports/tweet-source.ts';
import { Purge } from '../../service/application/purge.ts';
import {
  type Deadline,
  PhaseTimings,
  type RequestContext,
} from '../../service/application/request-context.ts';
import { StoreWriter } from '../../service/application/store-writer.ts';
import { AbandonedError, RowRejectedError, ServiceError } from '../../service/domain/errors.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import type { Prediction } from '../../service/domain/sentiment.ts';
import type { Tweet, TweetId } from '../../service/domain/tweet.ts';
import type { UserId } from '../../service/domain/user.ts';
import type { DayRange } from '../../service/domain/utc-days.ts';
import { MemoryFeatureStore } from '../../service/feature-store/memory/memory-feature-store.ts';

/** A context with a deadline that only a hanging test reaches. */
export function aContext(
  options: { deadlineInMs?: number; signal?: AbortSignal } = {},
): RequestContext {
  return {
    deadline: { atMs: performance.now() + (options.deadlineInMs ?? 10_000) },
    signal: options.signal ?? new AbortController().signal,
    timings: new PhaseTimings(),
  };
}

export function aTweet(overrides: Partial<Tweet> = {}): Tweet {
  return {
    id: '1460323737035677698',
    text: 'I love this phone',
    authorId: '2244994945',
    authorUsername: 'someone',
    createdAtMs: Date.UTC(2021, 10, 15, 19, 8, 5),
    topics: ['#phones'],
    language: 'en',
    editableUntilMs: null,
    ...overrides,
  };
}

function positive(text: string): Prediction {
  return {
    label: 'positive',
    scores: { negative: 0.05, neutral: 0.05, positive: 0.9 },
    truncated: false,
    tokens: tokensOf(text),
  };
}

/** One for each word, and two special ones. */
const tokensOf = (text: string) => text.split(' ').length + 2;

/** A prediction with a margin below that of the fake model. */
const UNSURE: Prediction = {
  label: 'positive',
  scores: { negative: 0.375, neutral: 0.125, positive: 0.5 },
  truncated: false,
  tokens: 4,
};

/** Scores of a defective graph. */
export const NOT_FINITE: Prediction = {
  label: 'negative',
  scores: { negative: Number.NaN, neutral: Number.NaN, positive: Number.NaN },
  truncated: false,
  tokens: 5,
};

function predictionOf(text: string): Prediction | null {
  if (text.trim() === '') return null;
  if (text.includes('even')) return UNSURE;
  return text.includes('banana') ? NOT_FINITE : positive(text);
}

/** A check by `fakeIdentifier` for a model that reads English. */
export function aLanguageCheck({
  modelLanguages = ['en'],
  metrics = new RecordedMetrics(),
}: {
  readonly modelLanguages?: readonly string[];
  readonly metrics?: Metrics;
} = {}): LanguageCheck {
  return new LanguageCheck({ identifier: fakeIdentifier, modelLanguages, metrics });
}

/** Takes every text for English, texts with "ß" for German, and texts without letters for neither. */
const fakeIdentifier: LanguageIdentifier = {
  identify: (text) => (text.includes('ß') ? 'de' : /\p{L}/u.test(text) ? 'en' : null),
};

/** Scores every text as positive, texts with "even" barely so, texts with "banana" as NaN, and blank texts not at all. Waits for `gate` if it is set. */
export class FakeModel implements SentimentModel {
  readonly identity = { name: 'fake-model', revision: '0123456789ab', preprocessingVersion: 1 };
  readonly maxTokens = 256;
  readonly certainMargin = 0.2;
  languages: readonly string[] = ['en'];
  readonly asked: string[][] = [];
  held = 0;
  gate: Promise<void> | undefined;
  refuseWith: Error | undefined;
  msPerText = 0;

  reserve(count: number): Reservation {
    if (this.refuseWith) throw this.refuseWith;
    this.held += count;
    let open = true;
    return {
      scoringMs: count * this.msPerText,
      release: () => {
        if (open) this.held -= count;
        open = false;
      },
    };
  }

  async predict(texts: readonly string[], context: RequestContext): Promise<(Prediction | null)[]> {
    this.asked.push([...texts]);
    if (context.signal.aborted) throw new AbandonedError('left');
    const { promise: left, reject } = Promise.withResolvers<never>();
    context.signal.addEventListener('abort', () => reject(new AbandonedError('left')));
    await Promise.race([this.gate, left]);
    return texts.map(predictionOf);
  }

  async countTokens(texts: readonly string[]): Promise<number[]> {
    return texts.map(tokensOf);
  }

  predictVariants(text: string, variants: readonly string[], context: RequestContext) {
    return this.predict([text, ...variants], context);
  }

  load() {
    return { workers: 2, saturation: 0, queuedTexts: 0 };
  }

  reset(): void {
    this.asked.length = 0;
    this.held = 0;
    this.gate = undefined;
    this.refuseWith = undefined;
  }
}

/** Knows the tweets it is given; every other id is not found. Waits for `gate` if it is set. */
export class FakeSource implements TweetSource {
  readonly name = 'fixture';
  readonly asked: TweetId[][] = [];
  readonly deadlines: Deadline[] = [];
  readonly #answers: ReadonlyMap<TweetId, TweetLookup>;
  gate: Promise<void> | undefined;
  failWith: Error | undefined;

  constructor(answers: Readonly<Record<TweetId, Tweet | UnavailableReason | ServiceError>>) {
    this.#answers = new Map(Object.entries(answers).map(([id, answer]) => [id, lookupOf(answer)]));
  }

  async lookup(
    ids: readonly TweetId[],
    { deadline }: { readonly deadline: Deadline },
  ): Promise<TweetLookup[]> {
    this.asked.push([...ids]);
    this.deadlines.push(deadline);
    await this.gate;
    if (this.failWith) throw this.failWith;
    return ids.map((id) => this.#answers.get(id) ?? { status: 'not_found' });
  }

  reset(): void {
    this.asked.length = 0;
    this.deadlines.length = 0;
    this.gate = undefined;
    this.failWith = undefined;
  }
}

function lookupOf(answer: Tweet | UnavailableReason | ServiceError): TweetLookup {
  if (typeof answer === 'string') return { status: answer };
  if (answer instanceof ServiceError) return { status: 'failed', error: answer };
  return { status: 'found', tweet: answer };
}

/** A map that fails on demand, with the aggregates of the memory store. */
export class FakeStore implements FeatureStore {
  readonly name = 'memory';
  readonly rows = new Map<TweetId, FeatureRow>();
  readonly writes: FeatureWrite[][] = [];
  readonly purged: TweetId[] = [];
  readonly tombstones = new Set<TweetId>();
  /** Tweets that a rebuild reports as missed by a purge. */
  readonly missed: TweetId[] = [];
  /** Tweets whose rows are rejected. */
  readonly rejects = new Set<TweetId>();
  failWith: Error | undefined;
  gate: Promise<void> | undefined;
  readonly #aggregates = new MemoryFeatureStore({
    identity: { name: 'fake-model', revision: '0123456789ab', preprocessingVersion: 1 },
    maxRows: 1_000,
  });

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    if (this.failWith) throw this.failWith;
    return ids.map((id) => this.rows.get(id) ?? null);
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    await this.gate;
    if (this.failWith) throw this.failWith;
    this.writes.push([...writes]);
    await this.#aggregates.putTweets(writes);
    return writes.map(({ row }) => {
      if (this.rejects.has(row.tweetId)) return new RowRejectedError(row.tweetId);
      if (this.tombstones.has(row.tweetId)) return false;
      this.rows.set(row.tweetId, row);
      return true;
    });
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    if (this.failWith) throw this.failWith;
    this.purged.push(id);
    const { contributions } = await this.#aggregates.purgeTweet(id);
    return { rows: this.rows.delete(id) ? 1 : 0, contributions };
  }

  async findUser(username: string): Promise<UserId | null> {
    return this.#working().findUser(username);
  }

  async userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null> {
    return this.#working().userBuckets(id, range);
  }

  async topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null> {
    return this.#working().topicBuckets(topic, range);
  }

  async mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    return this.#working().mostActiveUsers(limit);
  }

  async mostActiveTopics(limit: number): Promise<readonly ActiveTopic[]> {
    return this.#working().mostActiveTopics(limit);
  }

  async purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#working().purgeUser(id, scoredUpToMs, this.#dropping(beforeStep));
  }

  async purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#working().purgeTopic(topic, scoredUpToMs, this.#dropping(beforeStep));
  }

  #dropping(beforeStep: BeforePurge): BeforePurge {
    return async (ids) => {
      await beforeStep(ids);
      for (const id of ids) this.rows.delete(id);
    };
  }

  #working(): MemoryFeatureStore {
    if (this.failWith) throw this.failWith;
    return this.#aggregates;
  }

  async listTweets(): Promise<TweetListing> {
    if (this.failWith) throw this.failWith;
    return { tweetIds: [...this.rows.keys()], nextCursor: null };
  }

  outdatedTweets(cursor: string): Promise<OutdatedTweets> {
    return this.#working().outdatedTweets(cursor);
  }

  async rebuildAggregates(): Promise<RebuildPage> {
    return { ...(await this.#working().rebuildAggregates()), purged: [...this.missed] };
  }

  async close(): Promise<void> {
    this.rows.clear();
    await this.#aggregates.close();
  }

  async reset(): Promise<void> {
    await this.close();
    this.writes.length = 0;
    this.purged.length = 0;
    this.tombstones.clear();
    this.failWith = undefined;
    this.gate = undefined;
  }
}

/** Records rows and purges; purges fail on demand. */
export class FakePredictionLog implements PredictionLog {
  readonly rows: FeatureRow[] = [];
  readonly purged: TweetId[] = [];
  failWith: Error | undefined;

  append(rows: readonly FeatureRow[]): void {
    this.rows.push(...rows);
  }

  async recordPurges(tweetIds: readonly TweetId[]): Promise<void> {
    if (this.failWith) throw this.failWith;
    this.purged.push(...tweetIds);
  }

  async flush(): Promise<void> {}

  close(): void {}

  reset(): void {
    this.rows.length = 0;
    this.purged.length = 0;
    this.failWith = undefined;
  }
}

/** Records measurements as `[name, value, dimension?]`. */
export class RecordedMetrics implements Metrics {
  readonly records: [name: string, value: number, dimension?: string][] = [];

  record(name: string, value: number, dimension?: string): void {
    this.records.push(dimension === undefined ? [name, value] : [name, value, dimension]);
  }

  sum(name: string): number {
    return this.records.reduce((sum, [other, value]) => (other === name ? sum + value : sum), 0);
  }

  reset(): void {
    this.records.length = 0;
  }
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that records its lines. */
export class RecordedLog implements Logger {
  readonly lines: LogLine[] = [];
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  #at(level: keyof Logger): Logger['info'] {
    return (fields, message) => this.lines.push({ level, fields, message });
  }
}

interface WriterParts {
  readonly store: FeatureStore;
  readonly predictionLog: PredictionLog;
  readonly metrics?: Metrics;
  readonly logger?: Logger;
  readonly maxRows?: number;
}

/** A store writer with a purge that shares its pending writes. */
export function aStoreWriter({
  store,
  predictionLog,
  metrics = new RecordedMetrics(),
  logger = new RecordedLog(),
  maxRows = 1_000,
}: WriterParts) {
  const pendingWrites = new PendingWrites({ maxRows, metrics });
  const purge = new Purge({ store, predictionLog, pendingWrites });
  const options = { store, predictionLog, purge, logger, pendingWrites, maxRows };
  return { storeWriter: new StoreWriter(options), purge, pendingWrites };
}
