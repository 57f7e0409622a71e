import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { type ErrorCode, InvalidRequestError } from '../../errors.ts';
import { problemOf, STATUS } from './error-handler.ts';

/** What Node's HTTP parser and its time-outs complain of; anything else is a malformed request. */
const PARSER_ERRORS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time; send it again.'],
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'The request line and headers are larger than this service accepts.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body_too_large', 'The chunk extensions are too long.'],
};
const MALFORMED = ['invalid_request', 'The request is not valid HTTP/1.1.'] as const;

/**
 * Answers what never became a request. Fastify calls it with the socket alone, so that the
 * response is written by hand; the connection is closed, as the parser cannot go on.
 */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Socket,
  logger: FastifyBaseLogger,
  responseBegun: boolean,
): void {
  const [code, detail] = PARSER_ERRORS[error.code ?? ''] ?? MALFORMED;
  if (error.code === 'ECONNRESET' || !socket.writable || responseBegun) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  logger.debug({ requestId, code, reason: error.code }, 'connection answered without a request');
  const body = JSON.stringify(problemOf(new InvalidRequestError(code, detail), requestId));
  const status = STATUS[code];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${requestId}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
