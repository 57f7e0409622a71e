import { retryAfterMs, serverTimeMs } from '../../service/tweet-source/retry-after.ts';
import { requiredVariable } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { type Refusal, refusalIn } from '../kit/refusal.ts';
import { exponentialMs, type Pause, type Wait, withRetries } from '../kit/retry.ts';

/** Longest time of a call: more than the default deadlines of the service. */
const CALL_TIMEOUT_MS = 60_000;

/**
 * Attempts at a call that the service refuses because of load or an unavailable store, or does not
 * answer any more. Together they wait for two and a half minutes: longer than a failover of the store or
 * the restart of a task.
 */
const MAX_ATTEMPTS = 10;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Longest wait that the service, or a proxy before it, can ask for. */
const LONGEST_RETRY_AFTER_MS = 15 * 60_000;

const TRANSIENT = new Set([429, 502, 503, 504]);

export interface AdminClientOptions {
  /** Such as http://127.0.0.1:3000. */
  readonly url: string;
  readonly token: string;
  readonly announce: (message: string) => void;
  readonly signal: AbortSignal;
  /** Waits between attempts by a timer unless a test replaces it. */
  readonly pause?: Pause;
}

export interface CallOptions {
  /**
   * The body can be sent in parts: a call that exceeds its deadline is not repeated, and fails after
   * Retry-After.
   */
  readonly isDivisible?: boolean;
}

/** The service refused a call or failed. */
export class ServiceRefusal extends CliError {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** From the problem document. */
  readonly refusal: Refusal;

  constructor(
    message: string,
    {
      status,
      retryAfterMs,
      refusal,
    }: { status: number; retryAfterMs: number | undefined; refusal: Refusal },
  ) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.refusal = refusal;
  }
}

/** The service cannot be reached, or did not answer to the end. */
class NoAnswer extends CliError {
  /** Such as `No service answers at http://127.0.0.1:3000 (ECONNREFUSED)`. */
  readonly what: string;

  constructor(url: string, cause: unknown) {
    const what = `No service answers at ${url} (${networkReason(cause)})`;
    super(`${what}. Start it with script/start, or give its address by --url.`, { cause });
    this.what = what;
  }
}

/** True if the service says that a call takes too long: one with fewer items may be answered. */
export function exceedsDeadline(error: unknown): boolean {
  return error instanceof ServiceRefusal && error.refusal.exceedsDeadline;
}

/**
 * Calls the admin routes of a running service; repeats calls that it refuses temporarily, and calls
 * that a service which answered before does not answer: it may be starting again.
 */
export class AdminClient {
  readonly #options: AdminClientOptions;
  #hasAnswered = false;

  constructor(options: AdminClientOptions) {
    this.#options = options;
  }

  /** Has the token of the environment. @throws CliError when there is none, with a remedy */
  static fromEnvironment(
    options: Omit<AdminClientOptions, 'token'>,
    remedy = 'set it to a token the service was started with',
  ): AdminClient {
    return new AdminClient({ ...options, token: requiredVariable('ADMIN_TOKEN', remedy) });
  }

  /**
   * Returns the JSON of a 200, unchecked.
   *
   * A call has to be repeatable: its answer may be lost.
   *
   * @throws ServiceRefusal when the service refuses the call permanently, or for minutes
   * @throws CliError when no service answers at the address
   */
  async call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    { isDivisible = false }: CallOptions = {},
  ): Promise<unknown> {
    const { announce, signal, pause } = this.#options;
    return withRetries(() => this.#callOnce(method, path, body), {
      maxAttempts: MAX_ATTEMPTS,
      waitFor: (error, attempt) => {
        const wait = this.#waitFor(error, attempt);
        return wait && { ...wait, isLast: isDivisible && exceedsDeadline(error) };
      },
      announce,
      signal,
      ...(pause && { pause }),
    });
  }

  async #callOnce(method: string, path: string, body: unknown): Promise<unknown> {
    const { url, token, signal } = this.#options;
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // A followed redirect turns POST into GET, and leaves out the token on another origin.
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      });
      this.#hasAnswered = true;
      if (response.ok) return await response.json();
    } catch (error) {
      signal.throwIfAborted();
      throw new NoAnswer(url, error);
    }
    throw redirectOf(response, url) ?? (await refusalOf(response));
  }

  #waitFor(error: unknown, attempt: number): Wait | null {
    const ms = exponentialMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS);
    if (error instanceof NoAnswer) return this.#hasAnswered ? { ms, reason: error.what } : null;
    if (!(error instanceof ServiceRefusal) || !TRANSIENT.has(error.status)) return null;
    return { ms: Math.max(ms, Math.min(error.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)) };
  }
}

const REMEDIES: Readonly<Record<number, string>> = {
  401: 'Set ADMIN_TOKEN to a token the service was started with.',
  403: 'ADMIN_TOKEN is not a token the service was started with.',
  404: 'Restart the service with ADMIN_TOKEN: it has no admin routes without one.',
};

/** The error for a redirect, such as that of a load balancer from HTTP to HTTPS. */
function redirectOf({ status, headers }: Response, url: string): CliError | undefined {
  const target = status >= 300 && status < 400 ? headers.get('location') : null;
  if (target === null) return undefined;
  const { origin = target } = URL.parse(target, url) ?? {};
  return new CliError(`${url} redirects to ${origin}; give the address of the service by --url.`);
}

async function refusalOf(response: Response): Promise<ServiceRefusal> {
  const { headers } = response;
  const nowMs = serverTimeMs(headers.get('date'), Date.now());
  const { status } = response;
  const refusal = refusalIn(await response.json().catch(() => null), `status ${status}`);
  const { reason } = refusal;
  const remedy = REMEDIES[status];
  return new ServiceRefusal(
    `The service answered with status ${status}${reason === undefined ? '.' : `: ${reason}`}` +
      (remedy === undefined ? '' : ` ${remedy}`),
    { status, retryAfterMs: retryAfterMs(headers.get('retry-after'), nowMs), refusal },
  );
}

/** The network error behind a failed `fetch`, which hides it in its cause. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return String(code ?? error.message);
}
