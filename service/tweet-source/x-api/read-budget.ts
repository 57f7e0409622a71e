import type { Metrics } from '../../application/ports/metrics.ts';
import { TweetSourceLimitedError } from '../../domain/errors.ts';
import type { TweetId } from '../../domain/tweet.ts';

const DAY_MS = 86_400_000;

/** Ids remembered to count each once per day; the oldest are forgotten and may count twice. */
const MAX_REMEMBERED_IDS = 100_000;

export interface ReadBudgetOptions {
  /** Posts that may be read per UTC day; 0: no limit. */
  readonly dailyReads: number;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A clock that never jumps; `performance.now` by default. */
  readonly monotonicMs?: (() => number) | undefined;
}

interface Reservation {
  readonly reserved: ReadonlySet<TweetId>;
  readonly release: () => void;
}

/**
 * Counts the posts that X bills and refuses reads beyond a daily budget. X bills each returned
 * post once per UTC day, including posts in `includes`. Only the requested posts are known before
 * a call, so the last call of a day may exceed the budget by its included posts.
 */
export class ReadBudget {
  readonly #options: ReadBudgetOptions;
  readonly #billed = new Set<TweetId>();
  /** Ids being read, with the number of lookups waiting for each. */
  readonly #reserved = new Map<TweetId, number>();
  #day = 0;
  #dayStartedMs = Number.NEGATIVE_INFINITY;
  #spent = 0;

  constructor(options: ReadBudgetOptions) {
    this.#options = options;
  }

  /** Posts billed since midnight UTC. */
  spentToday(): number {
    this.#startDay();
    return this.#spent;
  }

  /** Reserves as many of the reads, in their order, as the budget has left, until `release`. */
  reserve(ids: readonly TweetId[]): Reservation {
    this.#startDay();
    const { dailyReads } = this.#options;
    let left = Number.POSITIVE_INFINITY;
    if (dailyReads > 0) left = dailyReads - this.#spent - this.#readsToBeBilled();
    const reserved = new Set<TweetId>();
    for (const id of ids) {
      const isCounted = reserved.has(id) || this.#billed.has(id) || this.#reserved.has(id);
      if (!isCounted && left <= 0) continue;
      if (!isCounted) left -= 1;
      reserved.add(id);
    }
    for (const id of reserved) this.#reserved.set(id, (this.#reserved.get(id) ?? 0) + 1);
    const release = () => {
      for (const id of reserved) this.#release(id);
    };
    return { reserved, release };
  }

  /** The refusal of a read that could not be reserved. */
  usedUp(): TweetSourceLimitedError {
    const { dailyReads, now } = this.#options;
    const retryAfterSeconds = Math.ceil((DAY_MS - (now() % DAY_MS)) / 1_000);
    return new TweetSourceLimitedError(
      `No read is left of today's budget of ${dailyReads} posts; it is renewed at midnight UTC. ` +
        'Raise X_DAILY_READ_BUDGET.',
      { retryAfterSeconds },
    );
  }

  /** Counts posts that X returned, or may have returned. */
  bill(ids: readonly TweetId[]): void {
    this.#startDay();
    const fresh = new Set(ids.filter((id) => !this.#billed.has(id)));
    if (fresh.size === 0) return;
    this.#spent += fresh.size;
    this.#options.metrics.record('TweetReadsSpent', fresh.size);
    for (const id of fresh) {
      this.#billed.add(id);
      const [oldest] = this.#billed;
      if (this.#billed.size > MAX_REMEMBERED_IDS && oldest) this.#billed.delete(oldest);
    }
  }

  /** Reserved posts without those that are billed already and are being read again. */
  #readsToBeBilled(): number {
    return [...this.#reserved.keys()].filter((id) => !this.#billed.has(id)).length;
  }

  #release(id: TweetId): void {
    const lookups = (this.#reserved.get(id) ?? 0) - 1;
    if (lookups > 0) this.#reserved.set(id, lookups);
    else this.#reserved.delete(id);
  }

  /**
   * Starts a new budget with each later day. An earlier day means that the clock was set back:
   * spent reads still count, until a whole day has passed.
   */
  #startDay(): void {
    const { now, monotonicMs = () => performance.now() } = this.#options;
    const day = Math.floor(now() / DAY_MS);
    if (day === this.#day) return;
    if (day < this.#day && monotonicMs() - this.#dayStartedMs < DAY_MS) return;
    this.#day = day;
    this.#dayStartedMs = monotonicMs();
    this.#spent = 0;
    this.#billed.clear();
  }
}
