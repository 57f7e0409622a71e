import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ApiResponseError, TwitterApi } from 'twitter-api-v2';
import { TweetSourceFailedError } from '../../domain/errors.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { BoundedCall } from './bounded-call.ts';
import { limitOf, type XLimit } from './x-limits.ts';

/** More than a hundred escaped posts of 25,000 characters with their originals. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** X allows 3,500 calls in 15 minutes, about four per second. */
const MAX_CONNECTIONS = 16;

/** Fields to read of a post. X also bills the authors and posts that the expansions include. */
export const POST_FIELDS = {
  expansions: ['author_id', 'referenced_tweets.id'],
  'user.fields': ['username'],
  'tweet.fields': [
    'author_id',
    'created_at',
    'edit_controls',
    'entities',
    'lang',
    'note_tweet',
    'referenced_tweets',
    'withheld',
  ],
};

export type XQuery = Readonly<Record<string, string | number | string[]>>;

export interface XApiClientOptions {
  readonly bearerToken: string;
  /** Such as https://api.x.com; http:// is for tests. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** X rejects calls for a time: a rate limit, a usage cap, or no credit left. */
export class XLimitError extends Error {
  override readonly name = 'XLimitError';
  readonly pauseMs: number;
  /** A usage cap or used-up credit, which outlasts every rate limit window. */
  readonly isCap: boolean;

  constructor({ pauseMs, isCap }: XLimit) {
    super('The limit of the X API is used up.');
    this.pauseMs = pauseMs;
    this.isCap = isCap;
  }
}

/** A call to X failed. */
export class XCallError extends TweetSourceFailedError {
  /** X may have returned and billed the posts. */
  readonly mayBeBilled: boolean;
  /** Status of X's answer; undefined if it was 200 or missing. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: { cause?: unknown; mayBeBilled: boolean; status?: number },
  ) {
    super(message, options);
    this.mayBeBilled = options.mayBeBilled;
    this.status = options.status;
  }
}

/** Bounded calls to the X API v2. */
export class XApiClient {
  readonly #options: XApiClientOptions;
  readonly #prefix: string;
  readonly #agent: HttpAgent;

  constructor(options: XApiClientOptions) {
    this.#options = options;
    this.#prefix = `${options.baseUrl.replace(/\/+$/, '')}/2/`;
    // The library only calls https.request, which speaks plain HTTP through an HTTP agent. It
    // leaks listeners on sockets, hence no keep-alive; TLS sessions are reused.
    const Agent = this.#prefix.startsWith('http:') ? HttpAgent : HttpsAgent;
    this.#agent = new Agent({ maxSockets: MAX_CONNECTIONS });
  }

  /**
   * Reads up to 100 tweets. Returns the body of a 200 in any shape.
   *
   * @throws XLimitError, XCallError
   */
  async readTweets(ids: readonly TweetId[]): Promise<unknown> {
    return this.get('tweets', { ids: [...ids], ...POST_FIELDS });
  }

  /**
   * GETs a path below /2/. Returns the body of a 200 in any shape.
   *
   * @throws XLimitError, XCallError
   */
  async get(path: string, query: XQuery): Promise<unknown> {
    const { bearerToken, timeoutMs } = this.#options;
    const call = new BoundedCall({ timeoutMs, maxBytes: MAX_RESPONSE_BYTES });
    const { v2 } = new TwitterApi(bearerToken, {
      httpAgent: this.#agent,
      compression: false,
      plugins: [call],
    });
    let fault: unknown;
    try {
      const body: unknown = await v2.get(path, query, { prefix: this.#prefix });
      if (call.status === 200) return body;
    } catch (error) {
      fault = error;
    } finally {
      call.end();
    }
    throw this.#faultOf(call, fault);
  }

  /** Replaces the library's errors, which hold the request with its token. */
  #faultOf(call: BoundedCall, fault: unknown): Error {
    const { status, headers, excess } = call;
    if (status !== undefined && status !== 200) {
      const body: unknown = fault instanceof ApiResponseError ? fault.data : undefined;
      const limit = limitOf({ status, headers, body, nowMs: this.#options.now() });
      if (limit !== null) return new XLimitError(limit);
      const advice = status === 401 || status === 403 ? '; check X_BEARER_TOKEN' : '';
      return new XCallError(`The X API answered with status ${status}${advice}.`, {
        mayBeBilled: false,
        status,
      });
    }
    if (status === undefined && excess === undefined) {
      return new XCallError('The X API could not be reached.', {
        cause: call.networkError ?? String(fault),
        mayBeBilled: false,
      });
    }
    return new XCallError(
      `The answer of the X API ${excess ?? 'broke off or is not valid JSON'}.`,
      {
        mayBeBilled: call.wasConnected,
      },
    );
  }
}
