import type { Reservation } from '../../application/ports/sentiment-model.ts';
import type { Deadline } from '../../application/request-context.ts';
import { OverloadedError } from '../../domain/errors.ts';
import type { AcceptedWork } from './accepted-work.ts';
import type { DrainRate } from './drain-rate.ts';

/**
 * How much longer than estimated the work may take that is ahead of a text: the machine may slow
 * down after the text was admitted, and a batch takes younger texts of one length along. What is
 * admitted and then too late has cost its caller the whole deadline, and a worker its time.
 */
const SAFETY_AHEAD = 2;

/** The same for the text itself. More would refuse long batches even when nothing else is done. */
const SAFETY_OWN = 1.25;

export interface AdmissionOptions {
  readonly workers: number;
  /** Texts that may be waited or held for, whatever their deadlines. */
  readonly maxTexts: number;
  readonly drainRate: DrainRate;
  /** What has been accepted; what is held is entered there. */
  readonly work: AcceptedWork;
  /** Texts that callers wait for, equal ones counted each. */
  readonly waiters: () => number;
}

/** Refuses at once what could not be answered by its deadline, or would make others late. Pure. */
export class Admission {
  readonly #options: AdmissionOptions;
  #heldTexts = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * @param cost in units of the drain rate
   * @throws OverloadedError when texts of that cost could not be answered by the deadline, or
   * accepted ones no longer by theirs
   */
  check(texts: number, cost: number, deadline: Deadline, nowMs: number): void {
    const accepted = this.#options.waiters() + this.#heldTexts;
    if (accepted + texts > this.#options.maxTexts) {
      throw new OverloadedError(
        `The service already works on ${accepted} texts; send the request again later.`,
        { retryAfterSeconds: toSeconds(this.#drainMs(this.#options.work.cost, nowMs)) },
      );
    }
    const excessMs = this.#excessMs(cost, deadline.atMs, nowMs);
    if (excessMs > 0) {
      throw new OverloadedError(
        'The service cannot answer within the time a request may take; send the request again later.',
        { retryAfterSeconds: toSeconds(excessMs / SAFETY_AHEAD) },
      );
    }
  }

  /**
   * Checks and holds room until the reservation is released.
   *
   * @throws OverloadedError
   */
  hold(texts: number, cost: number, deadline: Deadline, nowMs: number): Reservation {
    const { work } = this.#options;
    // A deadline that several requests share may move.
    const deadlineAtMs = deadline.atMs;
    this.check(texts, cost, deadline, nowMs);
    work.add(cost, deadlineAtMs);
    this.#heldTexts += texts;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        work.remove(cost, deadlineAtMs);
        this.#heldTexts -= texts;
      },
    };
  }

  /** For a caller whose deadline passed although the texts had been accepted. */
  deadlineError(nowMs: number): OverloadedError {
    return new OverloadedError(
      'The service was too busy to answer within the time a request may take; send the request again later.',
      { retryAfterSeconds: toSeconds(this.#drainMs(this.#options.work.cost, nowMs)) },
    );
  }

  /**
   * By how much a newcomer would miss its deadline, or make others miss theirs: the worst of
   * them, with safety; negative when all would be in time. Earlier deadlines come first.
   */
  #excessMs(cost: number, deadlineAtMs: number, nowMs: number): number {
    const missedBy = (ahead: number, own: number, atMs: number) =>
      this.#drainMs(SAFETY_AHEAD * ahead + SAFETY_OWN * own, nowMs) - (atMs - nowMs);
    const { due } = this.#options.work;
    const earlier = due.filter((other) => other.deadlineAtMs <= deadlineAtMs);
    let ahead = earlier.reduce((sum, other) => sum + other.cost, 0);
    let worstMs = missedBy(ahead, cost, deadlineAtMs);
    for (const later of due.slice(earlier.length)) {
      // What is late in any case, like room held for a source that hangs, gains by no refusal.
      const isLost = this.#drainMs(ahead + later.cost, nowMs) > later.deadlineAtMs - nowMs;
      if (!isLost) {
        worstMs = Math.max(worstMs, missedBy(ahead + cost, later.cost, later.deadlineAtMs));
      }
      ahead += later.cost;
    }
    return worstMs;
  }

  /** Milliseconds that all workers together take for so much. */
  #drainMs(cost: number, nowMs: number): number {
    const { workers, drainRate } = this.#options;
    return (cost * drainRate.msPerUnit(nowMs)) / workers;
  }
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
