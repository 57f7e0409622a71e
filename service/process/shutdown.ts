import type { FastifyBaseLogger } from 'fastify';
import { type DrainStep, drain } from './drain.ts';
import { exitNow } from './exit-now.ts';
import type { Lifecycle } from './lifecycle.ts';
import { RepeatedSignals } from './repeated-signals.ts';

/** Time for pending answers when the process cannot go on. */
const FAILURE_TIMEOUT_MS = 1_000;

/** Time to write the log's last lines. */
const LOG_TIMEOUT_MS = 500;

interface ShutdownOptions {
  readonly lifecycle: Lifecycle;
  readonly logger: FastifyBaseLogger;
  /** Destination of the log. */
  readonly output: { flush(withinMs: number): Promise<void> };
}

/** Ends the process: drains on a signal or a fatal error, then exits. */
export class Shutdown {
  readonly #lifecycle: Lifecycle;
  readonly #logger: FastifyBaseLogger;
  readonly #output: { flush(withinMs: number): Promise<void> };
  #steps: readonly DrainStep[] = [];
  #timeoutMs = 0;
  #ending = false;
  readonly #signals = new RepeatedSignals();
  #failed = false;

  constructor({ lifecycle, logger, output }: ShutdownOptions) {
    this.#lifecycle = lifecycle;
    this.#logger = logger;
    this.#output = output;
    // SIGHUP: the terminal was closed.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        this.#stop(signal).catch((error: unknown) => {
          void this.fail(error);
          exitNow();
        });
      });
    }
    // Without a listener Node would open its inspector, which runs any code it is sent.
    process.on('SIGUSR1', (signal) => this.#logger.warn({ signal }, 'signal ignored'));
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

  /**
   * Ends the process with status 1, after pending requests are answered with an error. A drain that
   * a signal began goes on, because its steps write rows. A second failure ends the process at once.
   */
  async fail(error: unknown): Promise<void> {
    const [wasEnding, hadFailed] = [this.#ending, this.#failed];
    // First: an error below calls this method again and must not loop.
    this.#ending = true;
    this.#failed = true;
    try {
      this.#logger.fatal({ err: error }, 'the process cannot go on');
      this.#lifecycle.enter('failed');
    } finally {
      if (hadFailed) exitNow();
    }
    if (wasEnding) return;
    await drain(this.#steps, { timeoutMs: FAILURE_TIMEOUT_MS, logger: this.#logger });
    await this.#output.flush(LOG_TIMEOUT_MS);
    exitNow();
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#signals.isRepeated(signal)) return;
    if (this.#ending) {
      this.#logger.warn({ signal }, 'second signal: ending at once');
      exitNow();
    }
    this.#ending = true;
    this.#lifecycle.enter('draining');
    this.#logger.info({ signal, timeoutMs: this.#timeoutMs }, 'draining');
    const drained = await drain(this.#steps, { timeoutMs: this.#timeoutMs, logger: this.#logger });
    this.#logger.info({ clean: drained && !this.#failed }, 'ended');
    await this.#output.flush(LOG_TIMEOUT_MS);
    if (!drained || this.#failed) exitNow();
    // During the start, workers may be loading the model.
    if (this.#steps.length === 0) exitNow(0);
    process.exit(0);
  }
}
