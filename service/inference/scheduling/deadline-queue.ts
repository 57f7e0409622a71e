interface Item {
  readonly deadlineAtMs: number;
}

/** Items by deadline, earliest first; items with equal deadlines in order of arrival. Pure. */
export class DeadlineQueue<T extends Item> {
  /** Sorted. Most additions have the latest deadline, most removals the earliest. */
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#items.splice(
      this.#countWhile((other) => other.deadlineAtMs <= item.deadlineAtMs),
      0,
      item,
    );
  }

  /** Returns whether the item was in the queue. Its deadline must be unchanged since `add`. */
  delete(item: T): boolean {
    const first = this.#countWhile((other) => other.deadlineAtMs < item.deadlineAtMs);
    const index = this.#items.indexOf(item, first);
    if (index === -1) return false;
    if (index === 0) this.#items.shift();
    else this.#items.splice(index, 1);
    return true;
  }

  /** Number of items at the front that meet a condition; all others must fail it. Bisects. */
  #countWhile(isBefore: (item: T) => boolean): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.#items[middle];
      if (item !== undefined && isBefore(item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
