import type { Reservation } from '../domain/ports/sentiment-model.ts';
import type { Deadline } from '../domain/request-context.ts';
import { OverloadedError } from '../errors.ts';
import type { DrainRate } from './drain-rate.ts';

/**
 * How much longer than estimated the work may take that is ahead of a text: the machine may slow
 * down after the text was admitted, and a batch takes younger texts of one length along. What is
 * admitted and then too late has cost its caller the whole deadline, and a worker its time.
 */
const SAFETY_AHEAD = 2;

/** The same for the text itself. More would refuse long batches even when nothing else is done. */
const SAFETY_OWN = 1.25;

/** Work already accepted. */
export interface Backlog {
  /** Cost of waiting and running texts, in units of the drain rate. */
  readonly cost: number;
  /** Texts that callers wait for, equal ones counted each. */
  readonly texts: number;
}

export interface AdmissionOptions {
  readonly workers: number;
  /** Texts that may be waited or held for, whatever their deadlines. */
  readonly maxTexts: number;
  readonly drainRate: DrainRate;
  readonly backlog: () => Backlog;
}

/** Refuses at once what could not be answered by its deadline. Pure. */
export class Admission {
  readonly #options: AdmissionOptions;
  #heldCost = 0;
  #heldTexts = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * @param cost in units of the drain rate
   * @throws OverloadedError when texts of that cost could not be answered by the deadline
   */
  check(texts: number, cost: number, deadline: Deadline, nowMs: number): void {
    const accepted = this.#options.backlog().texts + this.#heldTexts;
    if (accepted + texts > this.#options.maxTexts) {
      throw new OverloadedError(
        `The service already works on ${accepted} texts; send the request again later.`,
        { retryAfterSeconds: toSeconds(this.#aheadMs(nowMs)) },
      );
    }
    const neededMs = SAFETY_AHEAD * this.#aheadMs(nowMs) + SAFETY_OWN * this.#drainMs(cost, nowMs);
    const excessMs = neededMs - (deadline.atMs - nowMs);
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
    this.check(texts, cost, deadline, nowMs);
    this.#heldCost += cost;
    this.#heldTexts += texts;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#heldCost -= cost;
        this.#heldTexts -= texts;
      },
    };
  }

  /** For a caller whose deadline passed although the texts had been accepted. */
  deadlineError(nowMs: number): OverloadedError {
    return new OverloadedError(
      'The service was too busy to answer within the time a request may take; send the request again later.',
      { retryAfterSeconds: toSeconds(this.#aheadMs(nowMs)) },
    );
  }

  /** Milliseconds until everything accepted would be done. */
  #aheadMs(nowMs: number): number {
    return this.#drainMs(this.#options.backlog().cost + this.#heldCost, nowMs);
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
