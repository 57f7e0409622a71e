import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { closeInStages } from './close-in-stages.ts';

/** Open connections of the servers, with the latest response of each. */
export class Connections {
  readonly #responses = new Map<Socket, ServerResponse | undefined>();
  /** Time for clients to read answers; undefined until the servers close. */
  #graceMs: number | undefined;

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#responses.set(socket, undefined);
      socket.once('close', () => this.#responses.delete(socket));
      // Node calls this after the last answer, also while the request is still arriving.
      const destroySoon = socket.destroySoon.bind(socket);
      socket.destroySoon = () => {
        if (this.#isReceiving(socket)) closeInStages(socket);
        else destroySoon();
      };
    });
  }

  get count(): number {
    return this.#responses.size;
  }

  /** Registers a response that is about to be made. */
  begin(socket: Socket, response: ServerResponse): void {
    this.#responses.set(socket, response);
  }

  /** To be called when a response is complete, and still has to be read by the client. */
  completed(socket: Socket): void {
    if (this.#graceMs !== undefined) this.#limitReading(socket, this.#graceMs);
  }

  /** To be called when a response has ended. */
  ended(socket: Socket): void {
    if (this.#graceMs !== undefined && !this.pendingOn(socket)) socket.destroySoon();
  }

  /** The response that is being made or sent on a connection. */
  pendingOn(socket: Socket): ServerResponse | undefined {
    const response = this.#responses.get(socket);
    return response && !response.closed && !response.writableFinished ? response : undefined;
  }

  /**
   * Closes each connection when it has no pending answer. On close, Node ends only connections
   * that are idle between two requests. Connections without a first request, those that become
   * idle later, and clients that do not read their answer would keep the server open.
   *
   * @param refuse answers a client whose first request has arrived in part
   */
  closeWhenQuiet(graceMs: number, refuse: (socket: Socket) => void): void {
    this.#graceMs = graceMs;
    for (const [socket, response] of this.#responses) {
      const pending = this.pendingOn(socket);
      // A file is sent in parts: its client may never read the next one.
      if (pending && !pending.headersSent) continue;
      this.#limitReading(socket, graceMs);
      if (pending) continue;
      if (response === undefined && socket.bytesRead > 0) refuse(socket);
      else socket.destroySoon();
    }
  }

  #limitReading(socket: Socket, graceMs: number): void {
    const timer = setTimeout(() => socket.destroy(), graceMs).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  #isReceiving(socket: Socket): boolean {
    return this.#responses.get(socket)?.req.complete === false;
  }
}
