import { DeadlineExceededError, OverloadedError } from '../../domain/errors.ts';
import type { AcceptedWork } from './accepted-work.ts';
import type { DrainRate } from './drain-rate.ts';

/**
 * Safety factor for the work ahead of a text. The machine may slow down after admission, and a
 * batch takes later texts of the same length along. Work that is admitted and then late costs its
 * caller the whole deadline and a worker its time. With 1.5, accepted requests are late in the
 * simulation of a machine that slows down by half.
 */
const SAFETY_AHEAD = 2;

/** Safety factor for the text's own work. */
const SAFETY_OWN = 1.25;

/** Safety factor for texts that are still to be read: they may be longer than usual. */
const SAFETY_UNREAD = 1.5;

export interface AdmissionOptions {
  readonly workers: number;
  /** Limit on accepted texts, whatever their deadlines. */
  readonly maxTexts: number;
  readonly drainRate: DrainRate;
  /** Work that the scheduler has accepted. */
  readonly accepted: {
    readonly work: Pick<AcceptedWork, 'cost' | 'due'>;
    readonly acceptedTexts: number;
  };
}

/**
 * Admission control: rejects work that would miss its deadline or make accepted work miss its
 * own. Pure: it decides and records nothing.
 */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * @param cost in units of the drain rate
   * @throws OverloadedError when texts of that cost would miss their deadline, or make accepted
   * texts miss theirs
   */
  check(texts: number, cost: number, deadlineAtMs: number, nowMs: number): void {
    const { acceptedTexts, work } = this.#options.accepted;
    if (acceptedTexts + texts > this.#options.maxTexts) {
      throw new OverloadedError(
        `The service already works on ${acceptedTexts} texts; send the request again later.`,
        { retryAfterSeconds: toSeconds(this.#drainMs(work.cost, nowMs)) },
      );
    }
    // With nothing else to do the deadline alone protects; a rejection would teach nothing of the
    // machine's speed, and could repeat without end.
    if (acceptedTexts === 0 && work.cost === 0) return;
    // Beside other work, however little, such a batch would be rejected each time.
    if (this.#drainMs(SAFETY_OWN * cost, nowMs) > deadlineAtMs - nowMs) {
      throw this.deadlineError(nowMs);
    }
    const excessMs = this.#excessMs(cost, deadlineAtMs, nowMs);
    if (excessMs > 0) {
      throw new OverloadedError(
        'The service cannot answer within the time a request may take; send the request again later.',
        { retryAfterSeconds: toSeconds(excessMs / SAFETY_AHEAD) },
      );
    }
  }

  /** Time to keep for work of this cost whose texts are not known yet, in milliseconds. */
  timeFor(cost: number, nowMs: number): number {
    return this.#drainMs(SAFETY_UNREAD * cost, nowMs);
  }

  /** Error for a caller whose texts alone take too long, or were late although they had been accepted. */
  deadlineError(nowMs: number): OverloadedError {
    return new DeadlineExceededError({
      retryAfterSeconds: toSeconds(this.#drainMs(this.#options.accepted.work.cost, nowMs)),
    });
  }

  /**
   * Largest delay beyond a deadline, of the new work or of accepted work, if the new work is
   * accepted; negative when all would be in time. Earlier deadlines are served first.
   */
  #excessMs(cost: number, deadlineAtMs: number, nowMs: number): number {
    const missedBy = (ahead: number, own: number, atMs: number) =>
      this.#drainMs(SAFETY_AHEAD * ahead + SAFETY_OWN * own, nowMs) - (atMs - nowMs);
    const { due } = this.#options.accepted.work;
    const earlier = due.filter((other) => other.deadlineAtMs <= deadlineAtMs);
    let ahead = earlier.reduce((sum, other) => sum + other.cost, 0);
    let worstMs = missedBy(ahead, cost, deadlineAtMs);
    for (const later of due.slice(earlier.length)) {
      // Already-late work, such as a reservation for a stalled source, gains nothing from a rejection.
      const isLost = this.#drainMs(ahead + later.cost, nowMs) > later.deadlineAtMs - nowMs;
      if (!isLost) {
        worstMs = Math.max(worstMs, missedBy(ahead + cost, later.cost, later.deadlineAtMs));
      }
      ahead += later.cost;
    }
    return worstMs;
  }

  /** Milliseconds that all workers together need for work of this cost. */
  #drainMs(cost: number, nowMs: number): number {
    const { workers, drainRate } = this.#options;
    return (cost * drainRate.msPerUnit(nowMs)) / workers;
  }
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
