/** A moment on the monotonic clock (`performance.now()`), after which an answer is useless. */
export interface Deadline {
  readonly atMs: number;
}

/** Milliseconds left, never negative. */
export function remainingMs(deadline: Deadline): number {
  return Math.max(0, deadline.atMs - performance.now());
}

/** The stages of a request that are measured, in the order they happen. */
export const STAGES = ['store', 'source', 'tokenize', 'queue', 'infer'] as const;

export type Stage = (typeof STAGES)[number];

/** Milliseconds per stage; a stage that ran several times adds up. */
export class StageTimings {
  readonly #ms = new Map<Stage, number>();

  add(stage: Stage, ms: number): void {
    this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + ms);
  }

  /** Measures an asynchronous step, also when it fails. */
  async measure<T>(stage: Stage, step: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      return await step();
    } finally {
      this.add(stage, performance.now() - startedMs);
    }
  }

  /** Takes over what a shared computation measured. */
  merge(other: StageTimings): void {
    for (const [stage, ms] of other.entries()) this.add(stage, ms);
  }

  entries(): IterableIterator<[Stage, number]> {
    return this.#ms.entries();
  }
}

/** What travels with a request through the use cases. */
export interface RequestContext {
  readonly deadline: Deadline;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly timings: StageTimings;
}
