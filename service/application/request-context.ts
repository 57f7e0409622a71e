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

/** One run of a phase, on the monotonic clock. */
export interface PhaseInterval {
  readonly phase: Phase;
  readonly startMs: number;
  readonly endMs: number;
}

/** Intervals that are kept for a request: more than the phases of several computations. */
const MAX_INTERVALS = 32;

/** Milliseconds per phase; repeated phases add up. */
export class PhaseTimings {
  readonly #ms = new Map<Phase, number>();
  readonly #intervals: PhaseInterval[] = [];

  /** The first runs of phases, in the order in which they ended. */
  get intervals(): readonly PhaseInterval[] {
    return this.#intervals;
  }

  add(phase: Phase, startMs: number, endMs: number): void {
    this.#ms.set(phase, (this.#ms.get(phase) ?? 0) + endMs - startMs);
    if (this.#intervals.length < MAX_INTERVALS) this.#intervals.push({ phase, startMs, endMs });
  }

  /** True once the phase has run. */
  has(phase: Phase): boolean {
    return this.#ms.has(phase);
  }

  /** Measures an asynchronous step, including one that fails. */
  async measure<T>(phase: Phase, step: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      return await step();
    } finally {
      this.add(phase, startedMs, performance.now());
    }
  }

  /** Adds the measurements of a shared computation. */
  merge(other: PhaseTimings): void {
    for (const [phase, ms] of other.entries()) this.#ms.set(phase, (this.#ms.get(phase) ?? 0) + ms);
    const room = MAX_INTERVALS - this.#intervals.length;
    this.#intervals.push(...other.intervals.slice(0, room));
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

/** The context of work that no caller waits for, whose deadline is in `ms` from now. */
export function contextWithoutCaller(ms: number): RequestContext {
  return withDeadline({ signal: new AbortController().signal, timings: new PhaseTimings() }, ms);
}

/** The context of a caller's request, whose deadline is in `ms` from now. */
export function withDeadline({ signal, timings }: Caller, ms: number): RequestContext {
  return { signal, timings, deadline: deadlineIn(ms) };
}
