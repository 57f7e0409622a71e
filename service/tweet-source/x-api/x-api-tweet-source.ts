import DataLoader from 'dataloader';
import { OutageLog } from '../../application/outage-log.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import type { TweetLookup, TweetSource } from '../../application/ports/tweet-source.ts';
import type { Deadline } from '../../application/request-context.ts';
import {
  ServiceError,
  TweetSourceFailedError,
  type TweetSourceLimitedError,
} from '../../domain/errors.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { readWithinDeadline } from '../read-within-deadline.ts';
import { SourcePause } from '../source-pause.ts';
import { outcomesFromX, parseXLookup, type XLookup, type XOutcome } from '../x-format/lookup.ts';
import { ReadBudget } from './read-budget.ts';
import { XApiClient, XCallError, XLimitError } from './x-api-client.ts';
import { CAP_PAUSE_MS } from './x-limits.ts';

/** Limit of `GET /2/tweets`. */
const MAX_IDS_PER_CALL = 100;

/** Time within which lookups share one call. */
const COALESCE_MS = 5;

/** Most ids in one line of the log. */
const LOGGED_IDS = 5;

export interface XApiTweetSourceOptions {
  readonly bearerToken: string;
  /** Such as https://api.x.com. */
  readonly baseUrl: string;
  /** Longest duration of one call. */
  readonly timeoutMs: number;
  /** Posts that may be read per UTC day; 0: no limit. */
  readonly dailyReadBudget: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
  /** Measures pauses; `performance.now` by default. */
  readonly monotonicMs?: () => number;
}

/** Reads tweets through the X API v2. */
export class XApiTweetSource implements TweetSource {
  readonly name = 'x-api';
  readonly #options: XApiTweetSourceOptions;
  readonly #client: XApiClient;
  readonly #budget: ReadBudget;
  readonly #pause: SourcePause;
  readonly #outages: OutageLog;
  readonly #loader: DataLoader<TweetId, TweetLookup>;

  constructor(options: XApiTweetSourceOptions) {
    const { bearerToken, baseUrl, timeoutMs, dailyReadBudget, metrics, now = Date.now } = options;
    this.#options = options;
    this.#client = new XApiClient({ bearerToken, baseUrl, timeoutMs, now });
    this.#budget = new ReadBudget({
      dailyReads: dailyReadBudget,
      metrics,
      now,
      monotonicMs: options.monotonicMs,
    });
    this.#pause = new SourcePause('the X API', options.monotonicMs);
    this.#outages = new OutageLog({
      logger: options.logger,
      failed: 'reads of tweets through the X API fail; nothing is purged',
      recovered: 'the X API answers again',
    });
    this.#loader = new DataLoader((ids) => this.#readBatch(ids), {
      cache: false,
      maxBatchSize: MAX_IDS_PER_CALL,
      batchScheduleFn: (dispatch) => setTimeout(dispatch, COALESCE_MS),
    });
  }

  /** Posts billed to this process since midnight UTC. */
  readsSpentToday(): number {
    return this.#budget.spentToday();
  }

  /** A caller that leaves ends only its own wait: others may share the call. */
  lookup(
    ids: readonly TweetId[],
    request: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ): Promise<TweetLookup[]> {
    const read = async () => {
      const { reserved, release } = this.#budget.reserve(ids);
      const reads = ids.map(async (id) => {
        if (!reserved.has(id)) throw this.#budget.usedUp();
        return await this.#loader.load(id);
      });
      void Promise.allSettled(reads).then(release);
      return await Promise.all(reads.map((each) => each.catch(failedLookup)));
    };
    return readWithinDeadline(request, read, () =>
      ids.map(() => ({ status: 'failed', error: tookTooLong() })),
    );
  }

  /** Same length and order as the keys, which may repeat if lookups share the call. */
  async #readBatch(keys: readonly TweetId[]): Promise<(TweetLookup | Error)[]> {
    const ids = [...new Set(keys)];
    const outcomes = await this.#call(ids);
    const results = new Map(ids.map((id, index) => [id, this.#resultOf(id, outcomes[index])]));
    return keys.map((key) => results.get(key) ?? unanswered(key));
  }

  async #call(ids: readonly TweetId[]): Promise<XOutcome[]> {
    this.#pause.throwIfPaused();
    try {
      const x = parseXLookup(await this.#client.readTweets(ids));
      const outcomes = outcomesFromX(x, ids);
      // X may have billed the posts that it gave no valid answer for.
      const unclear = ids.filter((_, index) => outcomes[index]?.status === 'failed');
      this.#budget.bill([...unclear, ...postIdsOf(x)]);
      this.#report(outcomes, unclear);
      return outcomes;
    } catch (error) {
      if (error instanceof XLimitError) throw this.#limited(error.pauseMs);
      if (error instanceof XCallError && error.mayBeBilled) this.#budget.bill(ids);
      this.#failed(error instanceof Error ? describe(error) : String(error));
      throw error;
    }
  }

  #report(outcomes: readonly XOutcome[], unclear: readonly TweetId[]): void {
    if (outcomes.some(({ status }) => status === 'limited')) {
      this.#limited(CAP_PAUSE_MS);
      return;
    }
    this.#pause.answered();
    const reason = 'X answered without some of the tweets';
    const details = { tweetIds: unclear.slice(0, LOGGED_IDS) };
    if (unclear.length === outcomes.length) {
      this.#failed(reason, details);
      return;
    }
    this.#options.metrics.record('TweetSourceCalls', 1, 'ok');
    if (unclear.length > 0) this.#outages.failed(reason, details);
    else this.#outages.recovered();
  }

  #failed(reason: string, details?: { readonly tweetIds: readonly TweetId[] }): void {
    this.#options.metrics.record('TweetSourceCalls', 1, 'failed');
    this.#outages.failed(reason, details);
  }

  #limited(pauseMs: number): TweetSourceLimitedError {
    this.#options.metrics.record('TweetSourceCalls', 1, 'limited');
    this.#options.logger.warn({ pauseMs }, 'the X API limits reads for a time');
    return this.#pause.pauseFor(pauseMs);
  }

  #resultOf(id: TweetId, outcome: XOutcome | undefined): TweetLookup | Error {
    if (outcome === undefined || outcome.status === 'failed') return unanswered(id);
    return outcome.status === 'limited' ? this.#pause.error() : outcome;
  }
}

function postIdsOf({ data, includes }: XLookup): TweetId[] {
  return [...data, ...(includes.tweets ?? [])].map(({ id }) => id);
}

/** The message with the network error behind it. */
function describe({ message, cause }: Error): string {
  return cause instanceof Error && 'code' in cause ? `${message} (${cause.code})` : message;
}

/** @throws errors that are not failures of the read */
function failedLookup(error: unknown): TweetLookup {
  if (error instanceof ServiceError) return { status: 'failed', error };
  throw error;
}

function tookTooLong(): TweetSourceFailedError {
  return new TweetSourceFailedError(
    'The X API did not answer within the time of the request; send it again.',
  );
}

function unanswered(id: TweetId): TweetSourceFailedError {
  return new TweetSourceFailedError(`The X API answered without tweet ${id}.`);
}
