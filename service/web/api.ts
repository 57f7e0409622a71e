import { askForKey, storedKey } from './api-key.ts';
import { ApiProblem, type ProblemHints } from './api-problem.ts';

/** `fetch` throws for a header with other characters, such as a zero-width space of a pasted key. */
const VISIBLE_ASCII = /^[\x20-\x7e]*$/;

/** Longest wait for what is read: a service that hangs, or a lost network, refuses nothing. */
const READ_TIMEOUT_MS = 30_000;
/** Longest wait for what is scored: more than the service's default deadlines, and time to send it. */
const SCORE_TIMEOUT_MS = 120_000;

/**
 * GETs a path of the service, or POSTs a body to it. Asks the visitor for an API key when the
 * service wants one.
 *
 * @param signal ends the call with an AbortError
 * @throws ApiProblem
 */
export async function call<Answer>(
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  for (;;) {
    const key = storedKey();
    let problem = new ApiProblem('forbidden', 'The API key has a character that no key has.');
    if (key === null || VISIBLE_ASCII.test(key)) {
      const response = await send(path, body, key, signal);
      if (response.ok) return (await response.json()) as Answer;
      problem = await problemOf(response);
    }
    const wantsKey = problem.code === 'unauthorized' || problem.code === 'forbidden';
    if (!wantsKey || !(await askForKey(key))) throw problem;
  }
}

async function send(
  path: string,
  body: unknown,
  key: string | null,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const end = new AbortController();
  const abort = () => end.abort();
  const isGet = body === undefined;
  const timer = window.setTimeout(abort, isGet ? READ_TIMEOUT_MS : SCORE_TIMEOUT_MS);
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    const response = await fetch(path, {
      ...(!isGet && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        ...(!isGet && { 'content-type': 'application/json' }),
        ...(key !== null && { 'x-api-key': key }),
      },
      signal: end.signal,
    });
    // Read here: a connection may end, or hang, in the middle of the answer.
    return new Response(await response.blob(), response);
  } catch {
    signal?.throwIfAborted();
    throw new ApiProblem('unreachable', 'The service cannot be reached. Is it still running?');
  } finally {
    window.clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const seconds = Number(response.headers.get('retry-after'));
  const hints: ProblemHints = seconds > 0 ? { retryAfterSeconds: seconds } : {};
  try {
    const { code, detail, didYouMean, exceedsDeadline } = await response.json();
    return new ApiProblem(String(code), String(detail), { ...hints, didYouMean, exceedsDeadline });
  } catch {
    const detail = `The service answered with status ${response.status}.`;
    return new ApiProblem('unknown', detail, hints);
  }
}
