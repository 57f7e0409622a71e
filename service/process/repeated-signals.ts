/** The same signal within this time is a repetition: a terminal and npm both send Ctrl-C. */
const REPEATED_WITHIN_MS = 1_000;

/** Tells a second signal from a repetition of the first one. */
export class RepeatedSignals {
  #first: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined;

  /** True if this is the signal that came first, within a second of it. Called for each signal. */
  isRepeated(signal: NodeJS.Signals): boolean {
    const nowMs = performance.now();
    if (this.#first) {
      return this.#first.signal === signal && nowMs - this.#first.atMs < REPEATED_WITHIN_MS;
    }
    this.#first = { signal, atMs: nowMs };
    return false;
  }
}
