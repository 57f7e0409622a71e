import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Open connections of a server with their latest responses. */
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

  /** True while a response is being written to the socket. */
  isAnswering(socket: Socket): boolean {
    return this.#isAwaited(socket) && this.#responses.get(socket)?.headersSent === true;
  }

  /**
   * Closes each connection once it has no pending answer. On close, Node ends only connections
   * that are idle between two requests: silent ones, and those that fall idle later, would keep
   * the server open.
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
