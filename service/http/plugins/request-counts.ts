import type { FastifyRateLimitStore } from '@fastify/rate-limit';
import { LRUCache } from 'lru-cache';

/** Counted callers; the least recent is evicted first. */
const MAX_CALLERS = 10_000;

interface Window {
  readonly endsMs: number;
  requests: number;
}

interface RequestCountsOptions {
  /** A clock in milliseconds that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * The requests of each caller in its present time window. The plugin's own store reads the wall
 * clock: if that is set back, it refuses callers until the clock has caught up.
 */
export class RequestCounts implements FastifyRateLimitStore {
  readonly #windows = new LRUCache<string, Window>({ max: MAX_CALLERS });
  readonly #now: () => number;

  constructor({ now = () => performance.now() }: RequestCountsOptions = {}) {
    this.#now = now;
  }

  incr(
    caller: string,
    callback: Parameters<FastifyRateLimitStore['incr']>[1],
    windowMs: number,
  ): void {
    const nowMs = this.#now();
    const held = this.#windows.get(caller);
    const window = held && held.endsMs > nowMs ? held : { endsMs: nowMs + windowMs, requests: 0 };
    window.requests += 1;
    this.#windows.set(caller, window);
    callback(null, { current: window.requests, ttl: window.endsMs - nowMs });
  }

  /** All routes count together. */
  child(): this {
    return this;
  }
}
