import { waitAtMost } from '../../service/application/wait-at-most.ts';
import {
  XApiClient,
  XCallError,
  XLimitError,
  type XQuery,
} from '../../service/tweet-source/x-api/x-api-client.ts';
import { counted } from '../kit/counted.ts';
import { requiredVariable, xApiUrl } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { dollars, X_READ, X_USER_READ } from '../kit/prices.ts';
import { exponentialMs, type Wait, withRetries } from '../kit/retry.ts';

/** A page of 100 long posts may take X a while; no client of the service waits for it. */
const CALL_TIMEOUT_MS = 30_000;

/** X's clock may be slightly behind. */
const RESET_MARGIN_MS = 1_000;

const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;

/** X's rate limit windows have 15 minutes. */
const LONGEST_LIMIT_MS = 15 * 60_000;

export interface XReaderOptions {
  readonly bearerToken: string;
  readonly baseUrl: string;
  readonly announce: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Reads the X API: waits for the end of rate limits and counts billed reads. */
export class XReader {
  readonly #client: XApiClient;
  readonly #options: XReaderOptions;
  readonly #posts = new Set<string>();
  readonly #users = new Set<string>();

  constructor(options: XReaderOptions) {
    this.#options = options;
    this.#client = new XApiClient({ ...options, timeoutMs: CALL_TIMEOUT_MS, now: Date.now });
  }

  /** Configured by the service's variables. @throws CliError when there is no token. */
  static fromEnvironment(announce: (message: string) => void, signal: AbortSignal): XReader {
    return new XReader({
      bearerToken: requiredVariable('X_BEARER_TOKEN', 'set it to the bearer token of an X API app'),
      baseUrl: xApiUrl(),
      announce,
      signal,
    });
  }

  /**
   * Returns the body of a 200 of a path below /2/, unchecked.
   *
   * @throws CliError when X refuses the read permanently.
   */
  async get(path: string, query: XQuery): Promise<unknown> {
    const { announce, signal } = this.#options;
    try {
      const call = () => {
        signal.throwIfAborted();
        return waitAtMost(this.#client.get(path, query), {
          ms: 2 * CALL_TIMEOUT_MS,
          signal,
          onLate: () => new CliError(`X did not answer within ${2 * CALL_TIMEOUT_MS} ms.`),
        });
      };
      const maxAttempts = MAX_ATTEMPTS;
      return await withRetries(call, { maxAttempts, waitFor: waitForX, announce, signal });
    } catch (error) {
      if (error instanceof XLimitError) throw limitReached(error.isCap);
      if (error instanceof XCallError) throw new CliError(error.message, { cause: error });
      throw error;
    }
  }

  /** Counts objects that X returned and bills, each once. */
  bill({ posts = [], users = [] }: { posts?: readonly string[]; users?: readonly string[] }): void {
    for (const id of posts) this.#posts.add(id);
    for (const id of users) this.#users.add(id);
  }

  /** One line about the cost of the reads. */
  cost(): string {
    const posts = this.#posts.size;
    const users = this.#users.size;
    const cost = dollars(posts * X_READ + users * X_USER_READ);
    return (
      `X reads: ${counted(posts, 'post')} and ${counted(users, 'user')}, about ${cost} ` +
      '(X bills a post once in a UTC day).'
    );
  }
}

/** The error that ends a command when X refuses further reads for now. */
export function limitReached(isCap: boolean): CliError {
  const what = isCap ? "X's usage cap or credit is used up" : 'X allows no more calls';
  return new CliError(`${what}. Run the same command later to continue.`);
}

function waitForX(error: unknown, attempt: number): Wait | null {
  if (error instanceof XLimitError) {
    if (error.isCap) return null;
    // X may state an end in the past each time.
    const ms = Math.max(error.pauseMs, exponentialMs(attempt, FIRST_WAIT_MS, LONGEST_LIMIT_MS));
    return { ms: ms + RESET_MARGIN_MS, reason: 'X rate limit' };
  }
  // A refusal (4xx) is final; a broken connection or a failure of X may not be.
  if (!(error instanceof XCallError) || (error.status ?? 500) < 500) return null;
  return { ms: exponentialMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS) };
}
