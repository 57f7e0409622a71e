import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { CallerError } from '../domain/errors.ts';

/** Valid secrets of callers, compared in constant time. */
export class Secrets {
  readonly #digests: readonly Buffer[];

  constructor(secrets: readonly string[]) {
    this.#digests = secrets.map(digest);
  }

  get size(): number {
    return this.#digests.length;
  }

  /** The index of a secret; undefined if it is not valid. */
  find(candidate: string): number | undefined {
    const shown = digest(candidate);
    let found: number | undefined;
    for (const [index, known] of this.#digests.entries()) {
      if (timingSafeEqual(known, shown)) found = index;
    }
    return found;
  }
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The API key of a request, if it has one. */
export function shownApiKey(request: FastifyRequest): string | undefined {
  const shown = request.headers['x-api-key'];
  return typeof shown === 'string' && shown !== '' ? shown : undefined;
}

/** The bearer token of a request, if it has one. */
export function shownBearerToken(request: FastifyRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Requires a valid API key, if any is configured. */
export function requireApiKey(apiKeys: Secrets): onRequestHookHandler {
  return (request, reply, done) => {
    const key = shownApiKey(request);
    if (apiKeys.size === 0) done();
    else if (key === undefined) refuse(reply, 'ApiKey', 'Send an API key as X-API-Key.');
    else if (apiKeys.find(key) === undefined) {
      throw new CallerError('forbidden', 'The API key is not valid.');
    } else done();
  };
}

/**
 * Requires a valid API key as X-API-Key, or as the password of Basic authentication: browsers ask
 * for one.
 */
export function requireDocsKey(apiKeys: Secrets): onRequestHookHandler {
  return async (request, reply) => {
    const key = shownApiKey(request) ?? shownPassword(request);
    if (key === undefined) {
      refuse(reply, 'Basic', 'Send an API key as X-API-Key, or as the password of Basic.');
    } else if (apiKeys.find(key) === undefined) {
      // Not 403: browsers would keep the wrong password.
      refuse(reply, 'Basic', 'The API key is not valid.');
    }
  };
}

function shownPassword(request: FastifyRequest): string | undefined {
  const encoded = /^basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  return /^[^:]*:(.+)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1];
}

/** Requires a valid admin token. */
export function requireAdminToken(adminTokens: Secrets): onRequestHookHandler {
  return async (request, reply) => {
    const token = shownBearerToken(request);
    if (token === undefined) {
      refuse(reply, 'Bearer', 'Send the admin token as Authorization: Bearer.');
    } else if (adminTokens.find(token) === undefined) {
      throw new CallerError('forbidden', 'The admin token is not valid.');
    }
  };
}

/** RFC 9110 requires the authentication scheme in every 401. */
function refuse(reply: FastifyReply, scheme: string, detail: string): never {
  reply.header('www-authenticate', `${scheme} realm="tweet-sentiment-service"`);
  throw new CallerError('unauthorized', detail);
}
