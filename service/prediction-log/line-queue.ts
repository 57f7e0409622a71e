import type { RecordLine } from './record.ts';

/**
 * Queue of lines, bounded by their bytes. A prediction is dropped if the queue is full; a
 * tombstone replaces the oldest predictions, because purges must not be lost.
 */
export class LineQueue {
  readonly #maxBytes: number;
  #lines: RecordLine[] = [];
  #bytes = 0;
  #tombstones = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  get hasTombstone(): boolean {
    return this.#tombstones > 0;
  }

  /** Checks if one write with these bounds would be full. */
  fills(maxLines: number, maxBytes: number): boolean {
    return this.#lines.length >= maxLines || this.#bytes >= maxBytes;
  }

  /** Returns the dropped lines, possibly the new one. */
  push(line: RecordLine): RecordLine[] {
    const dropped: RecordLine[] = [];
    if (line.recordType === 'tombstone') {
      while (!this.#hasRoomFor(line) && this.#tombstones < this.#lines.length) {
        const oldest = this.#lines.findIndex(({ recordType }) => recordType === 'prediction');
        dropped.push(...this.#lines.splice(oldest, 1));
        this.#count(dropped.slice(-1), -1);
      }
    }
    if (!this.#hasRoomFor(line)) return [...dropped, line];
    this.#lines.push(line);
    this.#count([line], 1);
    return dropped;
  }

  /** Removes and returns the oldest lines within the bounds, but at least one. */
  take(maxLines: number, maxBytes: number): RecordLine[] {
    let bytes = 0;
    const end = this.#lines.findIndex((line, index) => {
      bytes += line.bytes;
      return index > 0 && (index === maxLines || bytes > maxBytes);
    });
    const taken = this.#lines.splice(0, end < 0 ? this.#lines.length : end);
    this.#count(taken, -1);
    return taken;
  }

  /** Puts taken lines back to the front, even if the queue is full. */
  putBack(lines: readonly RecordLine[]): void {
    this.#lines.unshift(...lines);
    this.#count(lines, 1);
  }

  #hasRoomFor(line: RecordLine): boolean {
    return this.#bytes + line.bytes <= this.#maxBytes;
  }

  #count(lines: readonly RecordLine[], sign: 1 | -1): void {
    for (const line of lines) {
      this.#bytes += sign * line.bytes;
      if (line.recordType === 'tombstone') this.#tombstones += sign;
    }
  }
}
