/** A moment on the monotonic clock (`performance.now()`) after which an answer is useless. */
export interface Deadline {
  readonly atMs: number;
}

export function deadlineIn(ms: number): Deadline {
  return { atMs: performance.now() + ms };
}

/** Milliseconds left, never negative. */
export function remainingMs(deadline: Deadline): number {
  return Math.max(0, deadline.atMs - performance.now());
}

/** The measured phases of a request, in their order. */
export type Phase = 'store' | 'source' | 'tokenize' | 'queue' | 'infer';

/** Milliseconds per phase; repeated phases add up. */
export class PhaseTimings {
  readonly #ms = new Map<Phase, number>();

  add(phase: Phase, ms: number): void {
    this.#ms.set(phase, (this.#ms.get(phase) ?? 0) + ms);
  }

  /** Measures an asynchronous step, including one that fails. */
  async measure<T>(phase: Phase, step: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      return await step();
    } finally {
      this.add(phase, performance.now() - startedMs);
    }
  }

  /** Adds the measurements of a shared computation. */
  merge(other: PhaseTimings): void {
    for (const [phase, ms] of other.entries()) this.add(phase, ms);
  }

  entries(): IterableIterator<[Phase, number]> {
    return this.#ms.entries();
  }
}

/** The client behind a request. */
export interface Caller {
  /** Aborted when the client disconnects, with an AbandonedError as its reason. */
  readonly signal: AbortSignal;
  readonly timings: PhaseTimings;
}

/** A caller and the deadline of its request, passed through the use cases. */
export interface RequestContext extends Caller {
  readonly deadline: Deadline;
}
