import type { Logger } from './ports/logger.ts';

/** Shortest time between two outages in the log. One that begins sooner is logged later if it lasts. */
const QUIET_MS = 60_000;

interface OutageLogOptions {
  readonly logger: Logger;
  /** Messages for the start and the end of an outage. */
  readonly failed: string;
  readonly recovered: string;
  readonly now?: () => number;
}

/** Logs that something fails once, not at every failure, and once that it works again. */
export class OutageLog {
  readonly #options: OutageLogOptions;
  readonly #now: () => number;
  #outage: { readonly sinceMs: number; readonly logged: boolean } | undefined;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: OutageLogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  failed(reason: string): void {
    if (this.#outage?.logged) return;
    const nowMs = this.#now();
    const sinceMs = this.#outage?.sinceMs ?? nowMs;
    const logged = nowMs - this.#loggedAtMs >= QUIET_MS;
    this.#outage = { sinceMs, logged };
    if (!logged) return;
    this.#loggedAtMs = nowMs;
    this.#options.logger.warn({ reason }, this.#options.failed);
  }

  recovered(): void {
    const outage = this.#outage;
    this.#outage = undefined;
    if (!outage?.logged) return;
    const downMs = Math.round(this.#now() - outage.sinceMs);
    this.#options.logger.info({ downMs }, this.#options.recovered);
  }
}
