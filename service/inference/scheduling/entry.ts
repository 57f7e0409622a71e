/** One caller's interest in one token sequence. */
export interface Waiter<Caller> {
  readonly caller: Caller;
  readonly deadlineAtMs: number;
}

/** A token sequence to score, shared by all callers that asked for it. */
export interface Entry<Caller> {
  /** Equal for equal sequences. */
  readonly key: string;
  readonly ids: readonly number[];
  readonly enqueuedAtMs: number;
  /** The earliest deadline of its waiters. */
  deadlineAtMs: number;
  /** Time a worker took it; null while it waits. */
  takenAtMs: number | null;
  readonly waiters: Set<Waiter<Caller>>;
}

/** Entries that a worker computes together. */
export interface Batch<Caller> {
  /** Of one length bucket, earliest deadline first; never empty. */
  readonly entries: readonly Entry<Caller>[];
  /** In units of the drain rate. */
  readonly cost: number;
}
