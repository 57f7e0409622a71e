import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import type {
  TweetLookup,
  TweetSource,
  UnavailableReason,
} from '../../application/ports/tweet-source.ts';
import type { Deadline } from '../../application/request-context.ts';
import {
  ServiceError,
  TweetSourceFailedError,
  TweetSourceLimitedError,
} from '../../domain/errors.ts';
import { snowflakeTimeMs } from '../../domain/snowflake.ts';
import { extractTopics, normalizeTopics } from '../../domain/topics.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { patienceMs, waitAtMost } from '../patience.ts';
import { SourcePause } from '../source-pause.ts';
import { boundedFetch, type FetchedAnswer } from './bounded-fetch.ts';
import { textFromOembed } from './oembed-text.ts';

/** An answer is about a kilobyte; the longest post escaped is below a tenth of this. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** The endpoint reads one tweet a request; it publishes no limit, so that we keep one. */
const MAX_CONCURRENT = 8;

/** Tweets that may wait for a place: ten full batches. */
const MAX_WAITING = 1_000;

/** A refusal that does not say how long it lasts. */
const UNSTATED_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 3_600_000;

const UNAVAILABLE: ReadonlyMap<number, UnavailableReason> = new Map([
  [403, 'protected'],
  [404, 'not_found'],
  [410, 'not_found'],
  [451, 'withheld'],
]);

const Oembed = Type.Object({ html: Type.String(), author_url: Type.Optional(Type.String()) });

export interface OembedTweetSourceOptions {
  /** Such as https://publish.x.com/oembed. */
  readonly endpointUrl: string;
  /** Longest time one request may take; a batch takes several of them. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch; Date.now unless a test says otherwise. */
  readonly now?: () => number;
}

/**
 * Reads tweets through X's public oEmbed endpoint, which wants no credentials. It knows no
 * author id and no creation time, shows the beginning of a long post only and says of no tweet
 * that it may still be edited.
 */
export class OembedTweetSource implements TweetSource {
  readonly name = 'oembed';
  readonly #options: OembedTweetSourceOptions;
  readonly #places = bulkhead(MAX_CONCURRENT, MAX_WAITING);
  readonly #pause: SourcePause;

  constructor(options: OembedTweetSourceOptions) {
    this.#options = options;
    this.#pause = new SourcePause('the oEmbed endpoint', options.now ?? Date.now);
  }

  async lookup(
    ids: readonly TweetId[],
    { deadline, signal }: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ): Promise<TweetLookup[]> {
    const ms = patienceMs(deadline, signal);
    const ended = new AbortController();
    const reads = ids.map((id) =>
      this.#places.execute(() => this.#read(id, ended.signal), ended.signal),
    );
    try {
      return await waitAtMost(Promise.all(reads), { ms, signal });
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? tooManyWaiting() : error;
    } finally {
      // One failure fails the whole, so that the rest need not be read.
      ended.abort();
    }
  }

  async #read(id: TweetId, signal: AbortSignal): Promise<TweetLookup> {
    this.#pause.throwIfPaused();
    const { endpointUrl, timeoutMs } = this.#options;
    const url = new URL(endpointUrl);
    url.searchParams.set('url', `https://x.com/i/status/${id}`);
    url.searchParams.set('omit_script', '1');
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await boundedFetch(url, {
        maxBytes: MAX_RESPONSE_BYTES,
        signal: AbortSignal.any([signal, timeout]),
      });
      return this.#lookupFrom(id, answer);
    } catch (error) {
      if (error instanceof ServiceError || signal.aborted) throw error;
      if (timeout.aborted) throw this.#failed(id, `took longer than ${timeoutMs} ms`);
      if (error instanceof RangeError) throw this.#failed(id, 'answered too much', error);
      throw this.#failed(id, 'could not be reached', error);
    }
  }

  #lookupFrom(id: TweetId, { status, headers, body }: FetchedAnswer): TweetLookup {
    // A page that keeps robots out says nothing of the tweet, whatever its status.
    const isChallenge = headers.has('cf-mitigated');
    const reason = isChallenge ? undefined : UNAVAILABLE.get(status);
    if (status === 429) throw this.#limited(headers.get('retry-after'));
    if (status !== 200 && !reason) {
      const advice = status >= 300 && status < 400 ? '; check OEMBED_URL' : '';
      throw this.#failed(id, `answered with status ${status}${advice}`);
    }
    const lookup = reason ? { status: reason } : foundIn(id, body);
    if (!lookup) throw this.#failed(id, 'answered without the tweet');
    this.#options.metrics.record('TweetSourceCalls', 1, 'ok');
    return lookup;
  }

  #failed(id: TweetId, what: string, cause?: unknown): TweetSourceFailedError {
    const err = new TweetSourceFailedError(`The oEmbed endpoint ${what}.`, { cause });
    this.#options.metrics.record('TweetSourceCalls', 1, 'failed');
    this.#options.logger.warn({ err, tweetId: id }, 'a call to the oEmbed endpoint failed');
    return err;
  }

  #limited(retryAfter: string | null): TweetSourceLimitedError {
    const statedMs = Number(retryAfter ?? Number.NaN) * 1_000;
    const pauseMs = statedMs > 0 ? Math.min(statedMs, MAX_PAUSE_MS) : UNSTATED_PAUSE_MS;
    this.#options.metrics.record('TweetSourceCalls', 1, 'limited');
    this.#options.logger.warn({ pauseMs }, 'the oEmbed endpoint refuses reads for a time');
    return this.#pause.pauseFor(pauseMs);
  }
}

/** Null when the body is no oEmbed answer with a text. */
function foundIn(id: TweetId, body: string): TweetLookup | null {
  const oembed = parseJson(body);
  if (!Check(Oembed, oembed)) return null;
  const text = textFromOembed(oembed.html);
  if (text === null) return null;
  return {
    status: 'found',
    tweet: {
      id,
      text,
      authorId: null,
      authorUsername:
        /^https:\/\/[^/]+\/([A-Za-z0-9_]{1,50})$/.exec(oembed.author_url ?? '')?.[1] ?? null,
      createdAtMs: snowflakeTimeMs(id),
      topics: normalizeTopics(extractTopics(text)),
      editableUntilMs: null,
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tooManyWaiting(): TweetSourceLimitedError {
  return new TweetSourceLimitedError(
    'Too many tweets are being read through the oEmbed endpoint; ask again in a second.',
    { retryAfterSeconds: 1 },
  );
}
