import { isUtf8 } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { FastifyBodyParser, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';
import type { BodyReader } from '../connections/body-reader.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readBody(request: FastifyRequest): Promise<Buffer>;
  }
  interface FastifyRequest {
    response: ServerResponse;
  }
}

/** UTF-8 is the only encoding of JSON (RFC 8259, 8.1); ASCII is part of it. */
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii']);

type Parser = FastifyBodyParser<string>;

/** Reads and parses JSON bodies. */
export const jsonBodies = fp<{ bodyReader: BodyReader }>(
  async (app, { bodyReader }) => {
    const readBody = async (request: FastifyRequest) => {
      try {
        return await bodyReader.read(request.raw, request.response);
      } finally {
        request.trace.receivedMs = performance.now();
      }
    };
    app.decorate('readBody', readBody);
    app.decorateRequest('response');
    app.addHook('onRequest', (request, reply, done) => {
      request.response = reply.raw;
      if (!takesBody(request)) ignoreContentType(request);
      done();
    });
    app.removeAllContentTypeParsers();
    const parser: Parser = app.getDefaultJsonParser('error', 'error');
    app.addContentTypeParser('application/json', async (request: FastifyRequest) => {
      requireUtf8(request.headers['content-type'] ?? '');
      const body = await readBody(request);
      if (body.length === 0 && !takesBody(request)) return undefined;
      return parse(decode(body), request, parser);
    });
  },
  { name: 'json-bodies', dependencies: ['request-trace'] },
);

function takesBody({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.schema?.body !== undefined;
}

/**
 * For routes without a body. Many clients send a content type with every DELETE; without a body it
 * says nothing. Proxies that translate HTTP/2 send an empty body in chunks: only reading it tells.
 */
function ignoreContentType({ headers }: FastifyRequest): void {
  if (headers['transfer-encoding'] !== undefined) headers['content-type'] = 'application/json';
  else if (!(Number(headers['content-length']) > 0)) delete headers['content-type'];
}

function requireUtf8(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  if (!CHARSETS.has(charset.toLowerCase())) {
    throw new CallerError(
      'unsupported_media_type',
      'The body must be encoded in UTF-8; send content-type: application/json.',
    );
  }
}

/** Drops a byte order mark. */
function decode(body: Buffer): string {
  if (!isUtf8(body)) {
    throw new CallerError('invalid_request', 'The body is not valid UTF-8; encode it in UTF-8.');
  }
  const text = body.toString();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Fastify's parser calls back before it returns. */
function parse(text: string, request: FastifyRequest, parser: Parser): unknown {
  let parsed: unknown;
  void parser(request, text, (error, body) => {
    if (error && isJson(text)) {
      throw new CallerError(
        'invalid_request',
        'The body holds a property "__proto__" or "constructor.prototype"; remove it.',
      );
    }
    if (error) throw error;
    parsed = body;
  });
  return parsed;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
