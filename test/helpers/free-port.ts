import { once } from 'node:events';
import { createServer } from 'node:net';

/** Attempts of a helper whose server can only be given a port. */
const ATTEMPTS = 5;

/**
 * Starts a server that cannot choose a free port by itself. Another process may take the port that
 * was free a moment ago: then it is tried with the next.
 *
 * @throws whatever the last attempt throws
 */
export async function startOnFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was assigned');
  return address.port;
}
