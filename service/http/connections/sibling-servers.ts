import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

declare module 'fastify' {
  interface FastifyInstance {
    siblings: SiblingServers;
  }
}

const SIBLINGS = 31;

/**
 * Further servers on the port of the service's server. From each listening socket, Node accepts one
 * connection in a turn of the event loop. With one socket, new connections such as those of health
 * checks would wait for seconds while clients with open connections make turns long.
 */
export class SiblingServers {
  #create: (() => Server) | undefined;
  #servers: readonly Server[] = [];

  /** Sets how a server is made that answers like the service's. */
  makeBy(create: () => Server): void {
    this.#create = create;
  }

  /** Listens on an address on which the service's server listens with `reusePort`. */
  async listen({ address: host, port }: AddressInfo): Promise<void> {
    const create = this.#create;
    if (create === undefined) throw new Error('listen() before makeBy()');
    this.#servers = Array.from({ length: SIBLINGS }, create);
    await Promise.all(
      this.#servers.map((server) => {
        server.listen({ host, port, reusePort: true });
        return once(server, 'listening');
      }),
    );
  }

  /** Accepts no further connections. Resolves when the last one is closed. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers
        .filter(({ listening }) => listening)
        .map((server) => {
          const closed = once(server, 'close');
          server.close();
          return closed;
        }),
    );
  }

  closeAllConnections(): void {
    for (const server of this.#servers) server.closeAllConnections();
  }
}
