import { randomInt } from 'node:crypto';

/** Ports below those that systems hand out by themselves. */
const PORTS = [20_000, 32_000] as const;
const ATTEMPTS = 5;

/**
 * Starts a server that cannot choose a free port by itself, and that fails where its port is in
 * use: then another port is tried.
 *
 * @throws whatever the last attempt throws
 */
export async function startOnRandomPort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(randomInt(...PORTS));
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
