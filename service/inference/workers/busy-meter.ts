const SLOT_MS = 1000;
const SLOTS = 10;

/** Measures the busy share of several workers over the last ten seconds. Pure. */
export class BusyMeter {
  readonly #workers: number;
  readonly #startedMs: number;
  /** Busy milliseconds by slot, which is a second of the clock. */
  readonly #slots = new Map<number, number>();
  readonly #running = new Map<object, number>();

  constructor(workers: number, nowMs: number) {
    this.#workers = workers;
    this.#startedMs = nowMs;
  }

  begin(worker: object, nowMs: number): void {
    this.#running.set(worker, nowMs);
  }

  end(worker: object, nowMs: number): void {
    const beganMs = this.#running.get(worker);
    if (beganMs === undefined) return;
    this.#running.delete(worker);
    const oldest = slotOf(nowMs) - SLOTS;
    for (const [slot, ms] of busyBySlot(beganMs, nowMs)) {
      this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + ms);
    }
    for (const slot of this.#slots.keys()) if (slot < oldest) this.#slots.delete(slot);
  }

  /** 0 to 1; running work counts up to now. */
  share(nowMs: number): number {
    const sinceMs = Math.max(this.#startedMs, (slotOf(nowMs) - SLOTS + 1) * SLOT_MS);
    if (nowMs <= sinceMs) return 0;
    let busyMs = 0;
    for (const [slot, ms] of this.#slots) if (slot >= slotOf(sinceMs)) busyMs += ms;
    for (const beganMs of this.#running.values()) busyMs += nowMs - Math.max(beganMs, sinceMs);
    return Math.min(1, busyMs / ((nowMs - sinceMs) * this.#workers));
  }
}

function slotOf(ms: number): number {
  return Math.floor(ms / SLOT_MS);
}

function* busyBySlot(fromMs: number, toMs: number): Generator<[slot: number, ms: number]> {
  for (let at = fromMs; at < toMs; ) {
    const slot = slotOf(at);
    const end = Math.min(toMs, (slot + 1) * SLOT_MS);
    yield [slot, end - at];
    at = end;
  }
}
