import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Answers as a content server does: ranges, ETags, and the faults a test asks for. */
export class BlobServer {
  readonly url: string;
  readonly requests: IncomingMessage[] = [];
  readonly #server: Server;
  readonly #replacements = new Map<string, Buffer>();
  readonly #breaks = new Map<string, { afterBytes: number; how: 'reset' | 'silence' }[]>();

  #refusal: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(
    answer: (request: IncomingMessage, response: ServerResponse, server: BlobServer) => void,
  ): Promise<BlobServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const blobs = new BlobServer(server);
    server.on('request', (request, response) => {
      blobs.requests.push(request);
      const refusal = blobs.#refusal;
      blobs.#refusal = undefined;
      if (refusal === undefined) answer(request, response, blobs);
      else response.writeHead(refusal).end();
    });
    return blobs;
  }

  /** Refuses the next request, whatever it asks for. */
  refuseNext(status: number): void {
    this.#refusal = status;
  }

  /** Breaks the next answer that holds this file after `afterBytes` bytes; may be called repeatedly. */
  breakNext(name: string, afterBytes: number, how: 'reset' | 'silence' = 'reset'): void {
    this.#breaks.set(name, [...(this.#breaks.get(name) ?? []), { afterBytes, how }]);
  }

  /** The next answer that holds this file has other content. */
  replaceNext(name: string, content: Buffer): void {
    this.#replacements.set(name, content);
  }

  /** Sends a file, or the part that `Range` asks for while its condition holds. */
  send(request: IncomingMessage, response: ServerResponse, name: string, stored: Buffer): void {
    const content = this.#replacements.get(name) ?? stored;
    this.#replacements.delete(name);
    const { headers } = request;
    const etag = `"${sha256(content)}"`;
    const ifMatch = headers['if-match'];
    if (ifMatch !== undefined && ifMatch !== etag) {
      response.writeHead(412).end();
      return;
    }
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
    const [, first, last] = (isSame && /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')) || [];
    const start = Number(first ?? 0);
    const end = last ? Math.min(Number(last) + 1, content.length) : content.length;
    const body = content.subarray(start, end);
    response.writeHead(first === undefined ? 200 : 206, {
      etag,
      'content-length': body.length,
      ...(first !== undefined
        ? { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }
        : {}),
    });
    const fault = this.#breaks.get(name)?.shift();
    if (fault === undefined) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, Math.min(fault.afterBytes, body.length - 1)), () => {
      // Later than the bytes, or they would be lost with the connection.
      if (fault.how === 'reset') setTimeout(() => response.destroy(), 50);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
