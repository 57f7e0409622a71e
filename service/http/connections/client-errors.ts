import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import {
  CallerError,
  type CallerErrorCode,
  type ServiceError,
  ShuttingDownError,
} from '../../domain/errors.ts';
import { problemOf } from '../problem.ts';
import { closeInStages, isClosingInStages } from './close-in-stages.ts';
import type { Connections } from './connections.ts';

/** Errors of Node's HTTP parser and time-outs; any other error is a malformed request. */
const PARSER_ERRORS: Readonly<Record<string, readonly [CallerErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request_timeout',
    'The request did not arrive in time; send it again.',
  ],
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'The request line and the headers are too large, or there are more than 100 headers.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body_too_large', 'The chunk extensions are too long.'],
};
const MALFORMED = ['invalid_request', 'The request is not valid HTTP/1.1.'] as const;

/** Answers clients for whose requests there is no response object, on their sockets. */
export class ClientErrors {
  readonly #connections: Connections;
  readonly #logger: FastifyBaseLogger;

  constructor(connections: Connections, logger: FastifyBaseLogger) {
    this.#connections = connections;
    this.#logger = logger;
  }

  /** Answers a request that the HTTP parser rejects. The parser cannot continue after it. */
  readonly handle = (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (isClosingInStages(socket)) return;
    const pending = this.#connections.pendingOn(socket);
    if (pending?.req.complete === true && error.code !== 'ECONNRESET') {
      // The error is in a later request: the answers before it are still due.
      socket.pause();
      this.#closeAfterAnswers(socket);
      return;
    }
    if (error.code === 'ECONNRESET' || !socket.writable || pending?.headersSent === true) {
      socket.destroy();
      return;
    }
    const refusal = new CallerError(...(PARSER_ERRORS[error.code ?? ''] ?? MALFORMED));
    const hasLeft = error.code === 'HPE_INVALID_EOF_STATE';
    if (!hasLeft && pending !== undefined && isBodyRead(pending.req)) {
      // Its reader answers, as a failure of the request.
      pending.req.emit('error', refusal);
      return;
    }
    this.#answer(socket, refusal, error.code);
  };

  /** Answers CONNECT, which no router handles. Node no longer listens to the socket's events. */
  readonly refuseTunnel = (socket: Socket): void => {
    socket.on('error', () => socket.destroy());
    // Node would not go on with an answer that has to wait for the client.
    if (this.#connections.pendingOn(socket)) socket.destroy();
    else this.#answer(socket, new CallerError('invalid_request', 'CONNECT is not supported.'));
  };

  /** Answers a request that has arrived in part when the process begins to drain. */
  readonly refuseHalfSent = (socket: Socket): void => {
    this.#answer(socket, new ShuttingDownError());
  };

  #closeAfterAnswers(socket: Socket): void {
    const pending = this.#connections.pendingOn(socket);
    if (pending) pending.once('close', () => this.#closeAfterAnswers(socket));
    else closeInStages(socket);
  }

  #answer(socket: Socket, error: ServiceError, reason?: string): void {
    const requestId = randomUUID();
    const fields = { requestId, code: error.code, reason };
    this.#logger.debug(fields, 'connection closed without a request');
    socket.write(responseText(problemOf(error, requestId)));
    closeInStages(socket);
  }
}

/** Checks if somebody awaits the body: without a listener, the event of an error ends the process. */
function isBodyRead(request: IncomingMessage): boolean {
  return request.listenerCount('error') > 0;
}

function responseText(problem: ReturnType<typeof problemOf>): string {
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(problem.retryAfterSeconds === undefined
      ? []
      : [`retry-after: ${problem.retryAfterSeconds}`]),
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${problem.requestId}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
