import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of a server, each with its latest response. */
export class Connections {
  readonly #responses = new Map<Socket, ServerResponse | undefined>();
  #closing = false;

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#responses.set(socket, undefined);
      socket.once('close', () => this.#responses.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#responses.set(socket, response);
      response.once('close', () => {
        if (this.#closing && !this.#isAwaited(socket)) socket.destroySoon();
      });
    });
  }

  /** Whether a response is being written, so that nothing else may be. */
  isAnswering(socket: Socket): boolean {
    return this.#isAwaited(socket) && this.#responses.get(socket)?.headersSent === true;
  }

  /**
   * Closes each connection as soon as no request on it is being answered. Node closes those
   * alone that are idle between two requests when the server closes: one on which nothing ever
   * came would keep the server open, and so would one that falls idle later.
   */
  closeWhenQuiet(): void {
    this.#closing = true;
    for (const socket of this.#responses.keys()) {
      if (!this.#isAwaited(socket)) socket.destroySoon();
    }
  }

  #isAwaited(socket: Socket): boolean {
    const response = this.#responses.get(socket);
    return response !== undefined && !response.closed && !response.writableFinished;
  }
}
