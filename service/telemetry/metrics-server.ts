import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bounds on scrapers: more connections than these, or slower requests, are closed. */
const MAX_CONNECTIONS = 16;
const REQUEST_TIMEOUT_MS = 5_000;

export interface Exposition {
  readonly contentType: string;
  exposition(): Promise<string>;
}

/** Answers `GET /metrics`, and nothing else, apart from the API: its port can stay internal. */
export class MetricsServer {
  readonly #server: Server;

  constructor(metrics: Exposition) {
    const busy = new WeakSet<Socket>();
    this.#server = createServer(
      {
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
        maxHeaderSize: 8 * 1_024,
      },
      ({ method, url, socket }, response) => {
        // Scrapers do not pipeline; each answer takes time and memory.
        if (busy.has(socket)) {
          socket.destroy();
          return;
        }
        busy.add(socket);
        response.once('close', () => busy.delete(socket));
        const path = url?.split('?', 1)[0];
        if (path !== '/metrics') return answer(response, 404, 'Not found: GET /metrics\n');
        if (method !== 'GET' && method !== 'HEAD') {
          response.setHeader('allow', 'GET, HEAD');
          return answer(response, 405, 'Method not allowed: GET /metrics\n');
        }
        void metrics.exposition().then(
          (text) => answer(response, 200, text, metrics.contentType),
          () => answer(response, 500, 'The metrics could not be collected.\n'),
        );
      },
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.setTimeout(REQUEST_TIMEOUT_MS);
    this.#server.unref();
  }

  /**
   * Resolves to the port.
   *
   * @throws Error if the port cannot be bound
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      // Later errors reject nothing, and must not end the process.
      this.#server.on('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
