import { CliError } from './cli-error.ts';
import { persist, type Wait } from './persist.ts';

/** Longer than any deadline of the service. */
const CALL_TIMEOUT_MS = 60_000;

/** Attempts at one call that a service may refuse because of load or a store that is down. */
const MAX_ATTEMPTS = 8;

const TRANSIENT = new Set([429, 502, 503, 504]);

export interface AdminClientOptions {
  /** Such as http://127.0.0.1:3000. */
  readonly url: string;
  readonly token: string;
  readonly announce: (message: string) => void;
  readonly signal: AbortSignal;
}

/** The service refused a call, or could not do it. */
export class ServiceRefusal extends CliError {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, status: number, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Calls the admin routes of a running service, and again while it says that it cannot yet. */
export class AdminClient {
  readonly #options: AdminClientOptions;

  constructor(options: AdminClientOptions) {
    this.#options = options;
  }

  /**
   * The JSON of a 200, of whatever shape.
   *
   * @throws ServiceRefusal when the service refuses for good.
   * @throws CliError when there is no service at the address.
   */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const { announce, signal } = this.#options;
    return persist(() => this.#callOnce(method, path, body), {
      waitFor: waitForService,
      announce,
      signal,
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
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      });
      if (response.ok) return await response.json();
    } catch (error) {
      signal.throwIfAborted();
      throw new CliError(
        `No service answers at ${url} (${reasonOf(error)}). Start it with script/start, or say ` +
          'where it is with --url.',
        { cause: error },
      );
    }
    throw await refusalOf(response);
  }
}

function waitForService(error: unknown, attempt: number): Wait | null {
  if (!(error instanceof ServiceRefusal) || attempt === MAX_ATTEMPTS) return null;
  if (!TRANSIENT.has(error.status)) return null;
  return { ms: error.retryAfterMs ?? 1_000, reason: error.message };
}

const REMEDIES: Readonly<Record<number, string>> = {
  401: 'Set ADMIN_TOKEN to the token that the service was started with.',
  403: 'ADMIN_TOKEN is not the token that the service was started with.',
  404: 'Start the service with ADMIN_TOKEN: without it the admin routes do not exist.',
};

async function refusalOf(response: Response): Promise<ServiceRefusal> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const problem: unknown = await response.json().catch(() => null);
  const said =
    typeof problem === 'object' && problem !== null && 'detail' in problem
      ? `: ${problem.detail}`
      : '.';
  const remedy = REMEDIES[response.status];
  return new ServiceRefusal(
    `The service answered with status ${response.status}${said}${remedy ? ` ${remedy}` : ''}`,
    response.status,
    Number.isNaN(seconds) ? undefined : seconds * 1_000,
  );
}

/** What went wrong below HTTP: `fetch` hides it in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return String(code ?? error.message);
}
