import type { Socket } from 'node:net';

/** Bytes of complete answers that clients have not read yet, over all connections. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** Bounds the memory of answers that clients do not read: the oldest are cut off. */
export class UnsentAnswers {
  readonly #maxBytes: number;
  /** Oldest first. */
  readonly #bytesOf = new Map<Socket, number>();
  #bytes = 0;

  constructor(maxBytes: number = MAX_UNSENT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Counts an answer that is complete, until `remove`. */
  add(socket: Socket): void {
    const bytes = socket.writableLength;
    if (bytes === 0) return;
    this.#bytesOf.set(socket, bytes);
    this.#bytes += bytes;
    for (const oldest of this.#bytesOf.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.remove(oldest);
      oldest.destroy();
    }
  }

  remove(socket: Socket): void {
    this.#bytes -= this.#bytesOf.get(socket) ?? 0;
    this.#bytesOf.delete(socket);
  }
}
