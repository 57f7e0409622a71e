import { once } from 'node:events';
import { createServer } from 'node:http';
import { type BenchTweet, xAnswer } from '../tweets.ts';

/** A stand-in for the X API that takes its time. */
export interface XApiStub {
  readonly url: string;
  /** Calls answered so far. */
  readonly calls: () => number;
}

/** Runs `use` with a stub that answers any call with the tweets asked for, after a delay. */
export async function withXApiStub<T>(
  tweets: readonly BenchTweet[],
  delayMs: number,
  use: (stub: XApiStub) => Promise<T>,
): Promise<T> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls++;
    const asked = new URL(request.url ?? '/', 'http://stub').searchParams.get('ids')?.split(',');
    const answer = xAnswer(tweets.filter(({ id }) => asked?.includes(id)));
    setTimeout(() => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    }, delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub has no port');
  try {
    return await use({ url: `http://127.0.0.1:${address.port}`, calls: () => calls });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
