import type { Logger } from './ports/logger.ts';

/** Shortest time between two failures in the log. One that comes sooner is logged later if it lasts. */
const QUIET_MS = 60_000;

interface OutageLogOptions {
  readonly logger: Logger;
  /** Messages for the start and the end of an outage. */
  readonly failed: string;
  readonly recovered: string;
  readonly now?: () => number;
}

/** Logs that something fails once for each reason, not at every failure, and once that it works again. */
export class OutageLog {
  readonly #options: OutageLogOptions;
  readonly #now: () => number;
  /** Its beginning, and the reason that was logged last. */
  #outage: { readonly sinceMs: number; readonly reason: string | undefined } | undefined;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: OutageLogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** @param details of this failure, which do not make another reason */
  failed(reason: string, details: Readonly<Record<string, unknown>> = {}): void {
    if (this.#outage?.reason === reason) return;
    const nowMs = this.#now();
    this.#outage ??= { sinceMs: nowMs, reason: undefined };
    if (nowMs - this.#loggedAtMs < QUIET_MS) return;
    this.#outage = { ...this.#outage, reason };
    this.#loggedAtMs = nowMs;
    this.#options.logger.warn({ reason, ...details }, this.#options.failed);
  }

  recovered(): void {
    const outage = this.#outage;
    this.#outage = undefined;
    if (outage?.reason === undefined) return;
    const downMs = Math.round(this.#now() - outage.sinceMs);
    this.#options.logger.info({ downMs }, this.#options.recovered);
  }
}
