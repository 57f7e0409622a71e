interface Item {
  readonly deadlineAtMs: number;
}

/** Items by deadline, earliest first; those of one deadline in order of arrival. Pure. */
export class DeadlineQueue<T extends Item> {
  /** Sorted. Most of what comes has the latest deadline, and most of what goes the earliest. */
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

  /** Returns whether the item was there. Its deadline must be what it was when it was added. */
  delete(item: T): boolean {
    const first = this.#countWhile((other) => other.deadlineAtMs < item.deadlineAtMs);
    const index = this.#items.indexOf(item, first);
    if (index === -1) return false;
    if (index === 0) this.#items.shift();
    else this.#items.splice(index, 1);
    return true;
  }

  /** How many items from the front meet a condition that all others fail, by halving. */
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
