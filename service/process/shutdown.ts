import type { FastifyBaseLogger } from 'fastify';
import { type DrainStep, drain } from './drain.ts';
import { exitNow } from './exit-now.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Time for pending answers when the process cannot go on. */
const FAILURE_TIMEOUT_MS = 1_000;

/** Ends the process: drains on a signal or a fatal error, then exits. */
export class Shutdown {
  readonly #lifecycle: Lifecycle;
  readonly #logger: FastifyBaseLogger;
  #steps: readonly DrainStep[] = [];
  #timeoutMs = 0;
  #ending = false;

  constructor(lifecycle: Lifecycle, logger: FastifyBaseLogger) {
    this.#lifecycle = lifecycle;
    this.#logger = logger;
    // SIGHUP: the terminal was closed.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => void this.#stop(signal));
    }
    // Node writes warnings to stderr: a closed stderr must not end the process.
    process.stderr.on('error', () => undefined);
    process.on('uncaughtException', (error) => void this.fail(error));
    process.on('unhandledRejection', (error) => void this.fail(error));
  }

  /** Sets the steps of a drain; without this call there are none. */
  onDrain(timeoutMs: number, steps: readonly DrainStep[]): void {
    this.#timeoutMs = timeoutMs;
    this.#steps = steps;
  }

  /** Ends the process with status 1, after pending requests are answered with an error. */
  async fail(error: unknown): Promise<void> {
    const wasEnding = this.#ending;
    // First: an error below calls this method again and must not loop.
    this.#ending = true;
    try {
      this.#logger.fatal({ err: error }, 'the process cannot go on');
      this.#lifecycle.enter('failed');
    } finally {
      if (wasEnding) exitNow();
    }
    await drain(this.#steps, { timeoutMs: FAILURE_TIMEOUT_MS, logger: this.#logger });
    exitNow();
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#ending) {
      this.#logger.warn({ signal }, 'second signal: ending at once');
      exitNow();
    }
    this.#ending = true;
    this.#lifecycle.enter('draining');
    this.#logger.info({ signal, timeoutMs: this.#timeoutMs }, 'draining');
    const clean = await drain(this.#steps, { timeoutMs: this.#timeoutMs, logger: this.#logger });
    this.#logger.info({ clean }, 'ended');
    if (!clean) exitNow();
    process.exit(0);
  }
}
