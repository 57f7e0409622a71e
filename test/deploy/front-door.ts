import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** An address at which a listener of an emulated load balancer is reached. */
export interface FrontDoor {
  readonly url: string;
  /** The load balancer's host name, and the port of a listener other than 80. */
  host: string;
  close(): Promise<void>;
}

/**
 * Stands in for DNS and the ports of a load balancer: the emulator has one port, and chooses the
 * load balancer and its listener by the header Host.
 */
export async function openFrontDoor(emulatorUrl: string): Promise<FrontDoor> {
  const { hostname, port } = new URL(emulatorUrl);
  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, host: door.host };
    const outgoing = request({ hostname, port, method, path, headers });
    outgoing.once('error', () => response.destroy());
    const [[answer]] = await Promise.all([
      once(outgoing, 'response') as Promise<[IncomingMessage]>,
      pipeline(incoming, outgoing),
    ]);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, response);
  };
  const server = createServer((incoming, response) => {
    forward(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const door: FrontDoor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    host: '',
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return door;
}
