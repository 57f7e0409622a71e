import type { Refusal } from './refusal.ts';

/** Tweets of one supply that are named; further ones are only counted. */
const MAX_NAMED = 20;

/** Names the tweets that were not sent or not stored, and counts those that were not sent. */
export class LeftOut {
  readonly #name: string;
  readonly #announce: (message: string) => void;
  #named = 0;
  #lines = 0;

  constructor(name: string, announce: (message: string) => void) {
    this.#name = name;
    this.#announce = announce;
  }

  /** Lines that are not tweets. */
  get lines(): number {
    return this.#lines;
  }

  /** Leaves out a line that is not a tweet. */
  add(place: string, reason: string): void {
    this.#lines++;
    this.#tell(`${place} ${reason}; it is left out`);
  }

  /** Names a tweet that the service did not store. */
  refused(place: string, { code, reason }: Refusal): void {
    const why = reason === undefined ? '' : `: ${reason.replace(/\.$/, '')}`;
    this.#tell(`${place} is not stored (${code})${why}`);
  }

  #tell(what: string): void {
    this.#named++;
    if (this.#named <= MAX_NAMED) this.#announce(`${this.#name}: ${what}.`);
    if (this.#named === MAX_NAMED) {
      this.#announce(`${this.#name}: further lines are counted, not named.`);
    }
  }
}
