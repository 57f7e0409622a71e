import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** A string or bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  /** The body as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  readonly json: any;
}

/** Sends requests over real connections, without the niceties of `fetch`. */
export class HttpClient {
  readonly port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number) {
    this.port = port;
  }

  async send(path: string, { method, headers = {}, body, signal }: Call = {}): Promise<Answer> {
    const isWritten = typeof body === 'string' || body === undefined || body instanceof Buffer;
    const payload = isWritten ? body : JSON.stringify(body);
    const outgoing = request({
      port: this.port,
      host: '127.0.0.1',
      agent: this.#agent,
      path,
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      headers: {
        ...(payload !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(payload)),
        }),
        ...headers,
      },
      ...(signal && { signal }),
    });
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      buffer(response).then((bytes) => {
        const body = bytes.toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: body,
          bytes,
          json: parsed(body),
        });
      }, reject);
    });
    outgoing.end(payload);
    return promise;
  }

  /** A bare connection, for what no HTTP client would send. */
  connect(): Socket {
    return connect(this.port, '127.0.0.1');
  }

  /** Writes to a new connection and reads until the other side closes it. */
  async raw(written: string | Buffer): Promise<string> {
    const socket = this.connect();
    socket.write(written);
    return text(socket);
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
