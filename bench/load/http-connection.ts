import { connect, type Socket } from 'node:net';

/** An answer of the server under test. */
export interface HttpAnswer {
  readonly status: number;
  /** The server's own clock: its X-Process-Time header, in ms; NaN where it sends none. */
  readonly processTimeMs: number;
  readonly body: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const HEAD_LENGTH_MAX = 16_384;

/**
 * One keep-alive HTTP/1.1 connection to the loopback interface, one request at a time. It reads
 * no more of an answer than it must, so that the generator takes little from the machine that
 * it shares with the server.
 */
export class HttpConnection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #pending: ((answer: HttpAnswer | Error) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a rendered request; resolves with the answer or the fault of the connection. */
  send(request: Buffer): Promise<HttpAnswer | Error> {
    if (this.#pending) throw new Error('the connection is in use');
    const { promise, resolve } = Promise.withResolvers<HttpAnswer | Error>();
    this.#pending = resolve;
    this.#open().write(request);
    return promise;
  }

  close(): void {
    this.#end(new Error('the connection was closed'));
  }

  #open(): Socket {
    if (this.#socket) return this.#socket;
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    socket.on('data', (chunk) => {
      if (socket === this.#socket) this.#read(chunk);
    });
    socket.on('error', (error) => {
      if (socket === this.#socket) this.#end(error);
    });
    socket.on('close', () => {
      if (socket === this.#socket) this.#end(new Error('the server closed the connection'));
    });
    this.#socket = socket;
    return socket;
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headLength = this.#received.indexOf(HEAD_END);
    if (headLength < 0) {
      if (this.#received.length > HEAD_LENGTH_MAX) this.#end(new Error('the head never ends'));
      return;
    }
    const head = this.#received.toString('latin1', 0, headLength);
    const bodyLength = numberAfter(head, /\r\ncontent-length: *(\d+)/i);
    if (Number.isNaN(bodyLength)) {
      this.#end(new Error('the answer has no content-length'));
      return;
    }
    const bodyStart = headLength + HEAD_END.length;
    const end = bodyStart + bodyLength;
    if (this.#received.length < end) return;
    const answer: HttpAnswer = {
      status: Number(head.slice(9, 12)),
      processTimeMs: numberAfter(head, /\r\nx-process-time: *([\d.e-]+)/i) * 1000,
      body: this.#received.subarray(bodyStart, end),
    };
    this.#received = this.#received.subarray(end);
    if (/\r\nconnection: *close/i.test(head)) this.#drop();
    this.#settle(answer);
  }

  #end(error: Error): void {
    this.#drop();
    this.#settle(error);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#received = Buffer.alloc(0);
    socket?.destroy();
  }

  #settle(outcome: HttpAnswer | Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.(outcome);
  }
}

function numberAfter(head: string, pattern: RegExp): number {
  const match = pattern.exec(head);
  return match?.[1] === undefined ? Number.NaN : Number(match[1]);
}

/** A rendered request, ready to be written. */
export function renderRequest(method: 'GET' | 'POST', path: string, body?: unknown): Buffer {
  const content = body === undefined ? '' : JSON.stringify(body);
  const headers =
    body === undefined
      ? ''
      : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(content)}\r\n`;
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n${headers}\r\n${content}`,
  );
}
