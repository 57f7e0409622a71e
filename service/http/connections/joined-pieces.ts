/** Joins pieces as they arrive: kept apart, a piece of one byte would take 300 bytes of memory. */
export class JoinedPieces {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  /** Keeps the first piece itself, and copies all others. */
  add(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (this.#length === 0) this.#buffer = piece;
    else {
      if (length > this.#buffer.length) this.#grow(2 * length);
      piece.copy(this.#buffer, this.#length);
    }
    this.#length = length;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
