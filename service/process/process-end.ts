import type { FastifyBaseLogger } from 'fastify';
import { type DrainStep, drain } from './drain.ts';
import { exitNow } from './exit-now.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Time for the answers that are still owed when the process must end at once. */
const FAILURE_TIMEOUT_MS = 1_000;

/** Every way the process ends: asked to by a signal, or because it cannot go on. */
export class ProcessEnd {
  readonly #lifecycle: Lifecycle;
  readonly #logger: FastifyBaseLogger;
  #steps: readonly DrainStep[] = [];
  #timeoutMs = 0;
  #ending = false;

  constructor(lifecycle: Lifecycle, logger: FastifyBaseLogger) {
    this.#lifecycle = lifecycle;
    this.#logger = logger;
    // SIGHUP says that the terminal has been closed.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => void this.#stop(signal));
    }
    // Node writes its warnings there: that nobody reads them is no reason to end.
    process.stderr.on('error', () => undefined);
    process.on('uncaughtException', (error) => void this.fail(error));
    process.on('unhandledRejection', (error) => void this.fail(error));
  }

  /** What a drain consists of; before this is called there is nothing to drain. */
  onDrain(timeoutMs: number, steps: readonly DrainStep[]): void {
    this.#timeoutMs = timeoutMs;
    this.#steps = steps;
  }

  /** Ends the process with status 1 soon: what still waits gets its refusal first. */
  async fail(error: unknown): Promise<void> {
    const wasEnding = this.#ending;
    // First of all: a fault in what follows comes back here, and must not go round for ever.
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
      this.#logger.warn({ signal }, 'asked again to end: ending at once');
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
