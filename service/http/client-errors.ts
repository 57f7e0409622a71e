import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { CallerError, type CallerErrorCode } from '../domain/errors.ts';
import type { Connections } from './connections.ts';
import { problemOf } from './problem.ts';

/** Errors of Node's HTTP parser and time-outs; any other error is a malformed request. */
const PARSER_ERRORS: Readonly<Record<string, readonly [CallerErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request_timeout',
    'The request did not arrive in time; send it again.',
  ],
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'The request line and headers are larger than this service accepts.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body_too_large', 'The chunk extensions are too long.'],
};
const MALFORMED = ['invalid_request', 'The request is not valid HTTP/1.1.'] as const;

/**
 * Answers requests that the HTTP parser rejects. There is no response object: the answer is
 * written to the socket, which is then closed, because the parser cannot continue.
 */
export function clientErrorHandler(connections: Connections, logger: FastifyBaseLogger) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable || connections.isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    const [code, detail] = PARSER_ERRORS[error.code ?? ''] ?? MALFORMED;
    logger.debug({ requestId, code, reason: error.code }, 'connection closed without a request');
    socket.end(responseText(problemOf(new CallerError(code, detail), requestId)));
  };
}

function responseText(problem: ReturnType<typeof problemOf>): string {
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${problem.requestId}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
