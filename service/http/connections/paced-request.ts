import { IncomingMessage } from 'node:http';
import { JoinedPieces } from './joined-pieces.ts';

/** Pieces of a body after which its connection waits for its turn. */
const PIECES_PER_TURN = 100;

/** Continues requests that wait, the oldest first; one in each turn of the event loop. */
const waiting: (() => void)[] = [];

/**
 * A request whose body may arrive in pieces of a byte: it holds neither the event loop nor memory.
 * Node passes on each chunk of a body by itself, and reads up to 2 MB of a connection in one turn,
 * which takes a second in such pieces.
 */
export class PacedRequest extends IncomingMessage {
  #pieces = 0;
  /** Pieces that Node had already received when the connection began to wait. */
  #rest: JoinedPieces | undefined;
  #wantsMore = false;

  override push(piece: Buffer | null): boolean {
    if (this.#rest && piece) {
      this.#rest.add(piece);
      // Resumed by an answer, after which the rest of the body is discarded.
      if (!this.socket.isPaused()) this.socket.pause();
      return true;
    }
    this.#pieces += 1;
    if (piece === null) this.#pushRest();
    else if (this.#pieces === PIECES_PER_TURN) this.#waitForTurn();
    return super.push(piece);
  }

  /** Asks for more. Node does so after each piece, which would end the wait. */
  override _read(size: number): void {
    if (this.#rest) this.#wantsMore = true;
    else super._read(size);
  }

  /** Discards what arrives after the answer; Node would no longer call `push`. */
  _dump(): void {
    this.removeAllListeners('data');
    this.resume();
  }

  #waitForTurn(): void {
    this.#rest = new JoinedPieces();
    this.socket.pause();
    if (waiting.length === 0) setImmediate(continueOldest);
    waiting.push(() => {
      this.#pieces = 0;
      this.#pushRest();
      if (this.#wantsMore) super._read(0);
      this.#wantsMore = false;
    });
  }

  #pushRest(): void {
    const bytes = this.#rest?.bytes();
    this.#rest = undefined;
    if (bytes?.length) super.push(bytes);
  }
}

function continueOldest(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(continueOldest);
}
