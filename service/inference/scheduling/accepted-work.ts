/** Deadlines this close share a slot, which bounds the number of slots. */
const SLOT_MS = 100;

/** Deadline that stands for running batches: it sorts before every other. */
export const RUNNING = Number.NEGATIVE_INFINITY;

/** Work that is due at about one time. */
export interface DueWork {
  readonly deadlineAtMs: number;
  /** In units of the drain rate. */
  readonly cost: number;
}

interface Slot extends DueWork {
  cost: number;
  /** Additions that have not been removed. */
  parts: number;
}

/** Cost of reserved, waiting and running work, by deadline. Pure. */
export class AcceptedWork {
  /** Earliest first; never contains an empty slot. */
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

  /** Removes an addition of the same values. */
  remove(cost: number, deadlineAtMs: number): void {
    const slotAtMs = toSlot(deadlineAtMs);
    const index = this.#slots.findIndex((slot) => slot.deadlineAtMs === slotAtMs);
    const slot = this.#slots[index];
    if (slot === undefined) throw new RangeError(`No work is due at ${deadlineAtMs} ms`);
    slot.cost -= cost;
    slot.parts--;
    // The count tells when a slot is empty; a sum of fractions may leave a remainder.
    if (slot.parts === 0) this.#slots.splice(index, 1);
  }
}

function toSlot(deadlineAtMs: number): number {
  return Math.floor(deadlineAtMs / SLOT_MS) * SLOT_MS;
}
