/** Deadlines this close count as one, so that there are few however many callers wait. */
const SLOT_MS = 100;

/** The deadline of what a worker is at: it comes before everything that waits. */
export const UNDER_WAY = Number.NEGATIVE_INFINITY;

/** Work that is due at about one time. */
export interface DueWork {
  readonly deadlineAtMs: number;
  /** In units of the drain rate. */
  readonly cost: number;
}

interface Slot extends DueWork {
  cost: number;
  /** Additions that have not been taken out. */
  parts: number;
}

/** What the engine has accepted, by deadline: texts held for, waiting and under way. Pure. */
export class AcceptedWork {
  /** Earliest first; none is empty. */
  readonly #slots: Slot[] = [];

  /** In units of the drain rate. */
  get cost(): number {
    return this.#slots.reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Earliest first. */
  get due(): readonly DueWork[] {
    return this.#slots;
  }

  add(cost: number, deadlineAtMs: number): void {
    const slotAtMs = toSlot(deadlineAtMs);
    const before = this.#slots.findLastIndex((slot) => slot.deadlineAtMs <= slotAtMs);
    let slot = this.#slots[before];
    if (slot?.deadlineAtMs !== slotAtMs) {
      slot = { deadlineAtMs: slotAtMs, cost: 0, parts: 0 };
      this.#slots.splice(before + 1, 0, slot);
    }
    slot.cost += cost;
    slot.parts++;
  }

  /** Takes out what was added with the same values. */
  remove(cost: number, deadlineAtMs: number): void {
    const slotAtMs = toSlot(deadlineAtMs);
    const index = this.#slots.findIndex((slot) => slot.deadlineAtMs === slotAtMs);
    const slot = this.#slots[index];
    if (slot === undefined) throw new RangeError(`No work is due at ${deadlineAtMs} ms`);
    slot.cost -= cost;
    slot.parts--;
    // Going by the count, sums of fractions leave nothing behind.
    if (slot.parts === 0) this.#slots.splice(index, 1);
  }
}

function toSlot(deadlineAtMs: number): number {
  return Math.floor(deadlineAtMs / SLOT_MS) * SLOT_MS;
}
