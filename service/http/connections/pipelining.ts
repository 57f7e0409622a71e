import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait for the answer to an earlier one. */
const MAX_WAITING = 100;
/** The same for all connections together. */
const MAX_WAITING_IN_ALL = 10_000;

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

/**
 * Handles pipelined requests one at a time: a request starts when the answer before it has been
 * sent. Node would handle all requests of a chunk at once and keep their answers in memory until
 * the client reads them. A connection with too many waiting requests is cut off.
 */
export class Pipelining {
  readonly #handle: RequestListener;
  /** Requests that wait, by connections with a pending answer. */
  readonly #waiting = new Map<Socket, Exchange[]>();
  #waitingInAll = 0;

  constructor(handle: RequestListener) {
    this.#handle = handle;
  }

  accept(...exchange: Exchange): void {
    const [{ socket }] = exchange;
    if (!socket.writable) return;
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      this.#start(exchange);
    } else if (waiting.length < MAX_WAITING && this.#waitingInAll < MAX_WAITING_IN_ALL) {
      // Node has parsed one chunk; the next one stays in the kernel.
      socket.pause();
      waiting.push(exchange);
      this.#waitingInAll += 1;
    } else {
      cutOff(socket);
    }
  }

  #start([request, response]: Exchange): void {
    response.on('close', () => this.#startNext(request.socket));
    this.#handle(request, response);
  }

  #startNext(socket: Socket): void {
    const waiting = this.#waiting.get(socket) ?? [];
    if (!socket.writable) this.#waitingInAll -= waiting.splice(0).length;
    const next = waiting.shift();
    if (next === undefined) {
      this.#waiting.delete(socket);
      return;
    }
    this.#waitingInAll -= 1;
    if (waiting.length === 0) socket.resume();
    this.#start(next);
  }
}

/**
 * Node makes an error for each request of the chunk: their stack traces would hold the event loop
 * for longer than parsing the requests does.
 */
function cutOff(socket: Socket): void {
  const { stackTraceLimit } = Error;
  socket.prependOnceListener('close', () => {
    Error.stackTraceLimit = 0;
  });
  socket.once('close', () => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  socket.destroy();
}
