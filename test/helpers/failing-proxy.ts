import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy of GET requests that answers 502 for those whose path matches `failing`. */
export class FailingProxy {
  failing: RegExp | undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param target URL of the service */
  static async start(target: string): Promise<FailingProxy> {
    const server = createServer((request, response) => void proxy.#pass(target, request, response));
    const proxy: FailingProxy = new FailingProxy(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', headers } = request;
    if (this.failing?.test(url)) {
      response.writeHead(502).end();
      return;
    }
    const passed = Object.entries(headers).filter(([name]) => name !== 'host');
    const answer = await fetch(target + url, { headers: passed as [string, string][] });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  }
}
