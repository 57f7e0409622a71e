import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest time for one attempt. */
  readonly timeoutMs: number;
  /** Attempts in all; no answer and status 500 or above are retried. */
  readonly attempts: number;
  readonly pauseMs: number;
  /**
   * Host name that the certificate must contain. Undefined: a trusted certificate for any name is
   * accepted, because none contains the load balancer's host name.
   */
  readonly serverName?: string | undefined;
}

/** Longest answer that is read; a thousand times the expected size. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Posts JSON and returns the body of the answer.
 *
 * @throws Error when no attempt was answered with status 200.
 */
export async function post(endpoint: Endpoint, body: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { status, text } = await once(endpoint, body).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    if (status === 200) return text;
    if (attempt >= endpoint.attempts || (status > 0 && status < 500)) {
      const what = status === 0 ? 'No answer' : `Status ${status}`;
      const attempts = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
      throw new Error(`${what} from the service after ${attempts}: ${text.slice(0, 200)}`);
    }
    await wait(endpoint.pauseMs);
  }
}

function once(
  { url, headers, timeoutMs, serverName }: Endpoint,
  body: string,
): Promise<{ status: number; text: string }> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    // Bounds the whole exchange; a socket time-out would not stop a slow drip.
    signal: AbortSignal.timeout(timeoutMs),
    ...(serverName === undefined
      ? { checkServerIdentity: () => undefined }
      : { servername: serverName }),
  };
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const sent = request(url, options, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_ANSWER_BYTES) {
        response.destroy(new Error(`The answer is longer than ${MAX_ANSWER_BYTES} bytes.`));
      }
    });
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
