import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { CircuitBreaker, CircuitOpenError } from '../../application/circuit-breaker.ts';
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
import { retryAfterMs, serverTimeMs } from '../retry-after.ts';
import { SourcePause } from '../source-pause.ts';
import { boundedFetch, type FetchedAnswer } from './bounded-fetch.ts';
import { foundIn } from './oembed-answer.ts';
import { unavailableReason } from './oembed-refusal.ts';
import { down, LATE, lateError, tooManyWaiting } from './unanswered-reads.ts';

/** A usual answer has about a kilobyte; the longest escaped post is below a tenth of this. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Self-imposed limit: the endpoint reads one tweet per request and publishes no limit. */
const MAX_CONCURRENT = 8;

/** Tweets that may wait for a connection: ten full batches. */
const MAX_WAITING = 1_000;

/** Failures in a row after which the endpoint counts as down: one round of concurrent requests. */
const FAILURES_TO_OPEN = MAX_CONCURRENT;

/**
 * Longest time in which reads wait for the probe of an endpoint that was down, or the first batch after
 * an outage would be one tweet and 99 failures.
 */
const PROBE_WAIT_MS = 1_000;

/** A read that runs shorter until its request ends tells nothing of the endpoint. */
const SLOW_MS = 500;

/** Pause after a refusal without a stated duration. */
const UNSTATED_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 3_600_000;

const UNREACHABLE =
  'could not be reached; try again later, or send the text itself to POST /v1/inference';

/** Ends reads when the time of their request is up. Not the endpoint's answer: the circuit ignores it. */
const LATE_READ = new Error(LATE);

/** The endpoint would not answer for another tweet, either. */
class EndpointDownError extends TweetSourceFailedError {}

export interface OembedTweetSourceOptions {
  /** Such as https://publish.x.com/oembed. */
  readonly endpointUrl: string;
  /** Longest duration of one request; a batch needs several. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
  /** Measures pauses and waits; `performance.now` by default. */
  readonly monotonicMs?: () => number;
}

/**
 * Reads tweets through X's public oEmbed endpoint, which needs no credentials. It provides no
 * author id, no creation time but the day, no edit window, and only the beginning of a long post.
 */
export class OembedTweetSource implements TweetSource {
  readonly name = 'oembed';
  readonly #options: OembedTweetSourceOptions;
  readonly #places = bulkhead(MAX_CONCURRENT, MAX_WAITING);
  readonly #circuit: CircuitBreaker;
  readonly #pause: SourcePause;
  readonly #outages: OutageLog;

  constructor(options: OembedTweetSourceOptions) {
    this.#options = options;
    this.#circuit = new CircuitBreaker({
      failuresToOpen: FAILURES_TO_OPEN,
      isDown: (error) => error instanceof EndpointDownError,
      // Any answer but 5xx, whatever it says.
      isUp: (error) => error instanceof ServiceError && !(error instanceof EndpointDownError),
      probeWaitMs: PROBE_WAIT_MS,
      monotonicMs: options.monotonicMs,
    });
    this.#pause = new SourcePause('the oEmbed endpoint', options.monotonicMs);
    this.#outages = new OutageLog({
      logger: options.logger,
      failed: 'reads of tweets through the oEmbed endpoint fail; nothing is purged',
      recovered: 'the oEmbed endpoint answers again',
    });
  }

  async lookup(
    ids: readonly TweetId[],
    request: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ): Promise<TweetLookup[]> {
    const ended = new AbortController();
    const { monotonicMs = () => performance.now() } = this.#options;
    const askedMs = monotonicMs();
    const startedMs = new Map<TweetId, number>();
    const lookups = new Map<TweetId, TweetLookup>();
    const read = async (id: TweetId) => {
      const lookup = await this.#places.execute(() => {
        startedMs.set(id, monotonicMs());
        return this.#readUnlessDown(id, ended.signal);
      }, ended.signal);
      lookups.set(id, lookup);
      return lookup;
    };
    const late = (id: TweetId): TweetLookup => {
      const error = lateError({ askedMs, startedMs: startedMs.get(id), endedMs: monotonicMs() });
      return { status: 'failed', error };
    };
    try {
      return await readWithinDeadline(
        request,
        () => Promise.all(ids.map(read)),
        () => {
          ended.abort(LATE_READ);
          return ids.map((id) => lookups.get(id) ?? late(id));
        },
      );
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? tooManyWaiting() : error;
    } finally {
      // A lookup that has failed as a whole needs no further reads.
      ended.abort();
    }
  }

  async #readUnlessDown(id: TweetId, signal: AbortSignal): Promise<TweetLookup> {
    try {
      this.#pause.throwIfPaused();
      return await this.#circuit.execute(() => {
        // The probe that this read has waited for may have been limited.
        this.#pause.throwIfPaused();
        return this.#read(id, signal);
      });
    } catch (error) {
      if (error instanceof CircuitOpenError) return { status: 'failed', error: down() };
      if (error instanceof ServiceError) return { status: 'failed', error };
      throw error;
    }
  }

  async #read(id: TweetId, signal: AbortSignal): Promise<TweetLookup> {
    const { endpointUrl, timeoutMs } = this.#options;
    const url = new URL(endpointUrl);
    url.searchParams.set('url', `https://x.com/i/status/${id}`);
    url.searchParams.set('omit_script', '1');
    const timeout = AbortSignal.timeout(timeoutMs);
    const startedMs = performance.now();
    try {
      const answer = await boundedFetch(url, {
        maxBytes: MAX_RESPONSE_BYTES,
        signal: AbortSignal.any([signal, timeout]),
      });
      return this.#lookupFrom(id, answer);
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      if (signal.reason === LATE_READ && performance.now() - startedMs >= SLOW_MS)
        this.#report(id, LATE, error);
      if (signal.aborted) throw error;
      if (timeout.aborted) throw this.#down(id, `took longer than ${timeoutMs} ms`);
      if (error instanceof RangeError)
        throw this.#failed(id, 'sent an answer that is too long', error);
      throw this.#down(id, UNREACHABLE, error);
    }
  }

  #lookupFrom(id: TweetId, answer: FetchedAnswer): TweetLookup {
    const { status, headers, body } = answer;
    if (status === 429) throw this.#limited(headers);
    const reason = unavailableReason(id, answer);
    if (status >= 500) throw this.#down(id, unexpectedStatus(status));
    if (status !== 200 && !reason) throw this.#failed(id, unexpectedStatus(status));
    const lookup = reason ? { status: reason } : foundIn(id, body);
    if (!lookup) throw this.#failed(id, 'answered without the tweet; check OEMBED_URL');
    const outcome = lookup.status === 'failed' ? 'failed' : 'ok';
    this.#options.metrics.record('TweetSourceCalls', 1, outcome);
    this.#pause.answered();
    this.#outages.recovered();
    return lookup;
  }

  #failed(id: TweetId, what: string, cause?: unknown): TweetSourceFailedError {
    return new TweetSourceFailedError(this.#report(id, what, cause), { cause });
  }

  #down(id: TweetId, what: string, cause?: unknown): EndpointDownError {
    return new EndpointDownError(this.#report(id, what, cause), { cause });
  }

  #report(tweetId: TweetId, what: string, cause: unknown): string {
    const message = `The oEmbed endpoint ${what}.`;
    this.#options.metrics.record('TweetSourceCalls', 1, 'failed');
    this.#outages.failed(`${message}${networkCode(cause)}`, { tweetId });
    return message;
  }

  #limited(headers: Headers): TweetSourceLimitedError {
    const nowMs = serverTimeMs(headers.get('date'), (this.#options.now ?? Date.now)());
    const statedMs = retryAfterMs(headers.get('retry-after'), nowMs) ?? UNSTATED_PAUSE_MS;
    const pauseMs = Math.min(statedMs, MAX_PAUSE_MS);
    this.#options.metrics.record('TweetSourceCalls', 1, 'limited');
    this.#options.logger.warn({ pauseMs }, 'the oEmbed endpoint limits reads for a time');
    return this.#pause.pauseFor(pauseMs);
  }
}

function unexpectedStatus(status: number): string {
  const isRedirect = status >= 300 && status < 400;
  if (isRedirect) return `answered with status ${status}; check OEMBED_URL`;
  if (status === 403 || status === 404 || status === 410 || status === 451) {
    return `answered with status ${status}, but not with an error of X; check OEMBED_URL and proxies`;
  }
  return `answered with status ${status}`;
}

/** ` (ECONNREFUSED)`: the network error behind a failed `fetch`, which hides it in its cause. */
function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
}
