import { askForKey, storedKey } from './api-key.ts';

/** An answer of the service that is a problem document, or no answer at all. */
export class ApiProblem extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * GETs a path of the service, or POSTs a body to it. Asks the visitor for an API key when the
 * service wants one.
 *
 * @throws ApiProblem
 */
export async function call<Answer>(path: string, body?: unknown): Promise<Answer> {
  for (;;) {
    const key = storedKey();
    const response = await send(path, body, key);
    if (response.ok) return (await response.json()) as Answer;
    const problem = await problemOf(response);
    const wantsKey = problem.code === 'unauthorized' || problem.code === 'forbidden';
    if (!wantsKey || !(await askForKey(key))) throw problem;
  }
}

async function send(path: string, body: unknown, key: string | null): Promise<Response> {
  try {
    return await fetch(path, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== null && { 'x-api-key': key }),
      },
    });
  } catch {
    throw new ApiProblem('unreachable', 'The service cannot be reached. Is it still running?');
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const { code, detail } = await response.json();
    return new ApiProblem(String(code), String(detail));
  } catch {
    return new ApiProblem('unknown', `The service answered with status ${response.status}.`);
  }
}
