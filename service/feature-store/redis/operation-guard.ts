import { CircuitBreaker } from '../../application/circuit-breaker.ts';
import { OutageLog } from '../../application/outage-log.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { FeatureStoreUnavailableError } from '../../domain/errors.ts';
import { failureReason, isRefusal, isTimeout } from './failures.ts';
import { RetryPolicy } from './retry-policy.ts';

/** Time-outs in a row that open the circuit. */
const TIMEOUTS_TO_OPEN = 3;

type Operation = 'read' | 'write' | 'purge';

interface Policy {
  execute<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Wraps every operation on Redis: reads and writes pass a circuit breaker, purges are retried.
 * Counts each failure and turns it into a FeatureStoreUnavailableError.
 */
export class OperationGuard {
  readonly #metrics: Metrics;
  readonly #policies: Readonly<Record<Operation, Policy>>;
  readonly #refusals: Readonly<Record<Operation, OutageLog>>;

  constructor({ metrics, logger }: { readonly metrics: Metrics; readonly logger: Logger }) {
    this.#metrics = metrics;
    const breaker = circuitBreaker(logger);
    this.#policies = { read: breaker, write: breaker, purge: new RetryPolicy() };
    const refusals = (operation: Operation) =>
      new OutageLog({
        logger,
        failed: `Redis rejects ${operation}s of features`,
        recovered: `Redis accepts ${operation}s of features again`,
      });
    this.#refusals = {
      read: refusals('read'),
      write: refusals('write'),
      purge: refusals('purge'),
    };
  }

  /** @throws FeatureStoreUnavailableError when the work fails or the circuit is open */
  async run<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    try {
      const result = await this.#policies[operation].execute(work);
      this.#refusals[operation].recovered();
      return result;
    } catch (error) {
      const reason = failureReason(error);
      this.#metrics.record('FeatureStoreErrors', 1, operation);
      if (isRefusal(error)) this.#refusals[operation].failed(reason);
      throw new FeatureStoreUnavailableError(
        `Features could not be ${PAST[operation]}; send the request again.`,
        // Hides the error itself, which carries the command's arguments; see failureReason.
        { cause: new Error(reason) },
      );
    }
  }
}

/** Only time-outs open the circuit: rejections by Redis and lost connections fail at once anyway. */
function circuitBreaker(logger: Logger): CircuitBreaker {
  const outages = new OutageLog({
    logger,
    failed: 'the feature store does not respond; it is skipped except for one probe a second',
    recovered: 'the feature store responds again',
  });
  return new CircuitBreaker({
    failuresToOpen: TIMEOUTS_TO_OPEN,
    isDown: isTimeout,
    isUp: isRefusal,
    onOpen: (error) => outages.failed(failureReason(error)),
    onClose: () => outages.recovered(),
  });
}

const PAST = { read: 'read', write: 'written', purge: 'purged' } as const satisfies Record<
  Operation,
  string
>;
