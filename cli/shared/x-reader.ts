import { waitAtMost } from '../../service/application/wait-at-most.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import {
  XApiClient,
  XCallError,
  XLimitError,
  type XQuery,
} from '../../service/tweet-source/x-api/x-api-client.ts';
import { requiredVariable } from './arguments.ts';
import { CliError } from './cli-error.ts';
import { persist, type Wait } from './persist.ts';

/** A page of 100 long posts may take X a while; nobody waits for it but the tool. */
const CALL_TIMEOUT_MS = 30_000;

/** X's clock may be a little behind. */
const RESET_MARGIN_MS = 1_000;

const MAX_ATTEMPTS = 5;

/** Prices of X since 2026-02, in US dollars. */
const POST_READ_PRICE = 0.005;
const USER_READ_PRICE = 0.01;

export interface XReaderOptions {
  readonly bearerToken: string;
  readonly baseUrl: string;
  readonly announce: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Reads X patiently: waits for the end of rate limits, and counts what X bills. */
export class XReader {
  readonly #client: XApiClient;
  readonly #options: XReaderOptions;
  readonly #posts = new Set<string>();
  readonly #users = new Set<string>();

  constructor(options: XReaderOptions) {
    this.#options = options;
    this.#client = new XApiClient({ ...options, timeoutMs: CALL_TIMEOUT_MS, now: Date.now });
  }

  /** With the variables that the service has too. @throws CliError when there is no token. */
  static fromEnvironment(announce: (message: string) => void, signal: AbortSignal): XReader {
    return new XReader({
      bearerToken: requiredVariable('X_BEARER_TOKEN', 'the bearer token of an X API app'),
      baseUrl: process.env.X_API_URL ?? ENVIRONMENT.X_API_URL.default,
      announce,
      signal,
    });
  }

  /**
   * The body of a 200 of a path below /2/, of whatever shape.
   *
   * @throws CliError when X refuses for good.
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
      return await persist(call, { waitFor: waitForX, announce, signal });
    } catch (error) {
      if (error instanceof XLimitError) {
        throw limitReached(error.isCap);
      }
      if (error instanceof XCallError) throw new CliError(error.message, { cause: error });
      throw error;
    }
  }

  /** Counts objects that X returned, and bills: each once. */
  bill({ posts = [], users = [] }: { posts?: readonly string[]; users?: readonly string[] }): void {
    for (const id of posts) this.#posts.add(id);
    for (const id of users) this.#users.add(id);
  }

  /** What the reads cost, in a line. */
  cost(): string {
    const posts = this.#posts.size;
    const users = this.#users.size;
    const dollars = posts * POST_READ_PRICE + users * USER_READ_PRICE;
    return (
      `X reads: ${posts} posts and ${users} users, about $${dollars.toFixed(2)} ` +
      '(X bills a post once in a UTC day).'
    );
  }
}

/** What ends a tool because X answers no more for now. */
export function limitReached(isCap: boolean): CliError {
  const what = isCap ? "X's usage cap or credit is used up" : 'X allows no more calls';
  return new CliError(`${what}. The same command goes on from here when it does again.`);
}

function waitForX(error: unknown, attempt: number): Wait | null {
  if (attempt === MAX_ATTEMPTS) return null;
  if (error instanceof XLimitError) {
    return error.isCap ? null : { ms: error.pauseMs + RESET_MARGIN_MS, reason: 'X rate limit' };
  }
  // What X refuses it will refuse again; what broke may work the next time.
  if (!(error instanceof XCallError) || (error.status ?? 500) < 500) return null;
  return { ms: 500 * 2 ** attempt, reason: error.message };
}
