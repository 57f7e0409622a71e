import rateLimitPlugin, { normalizeIP } from '@fastify/rate-limit';
import fp from 'fastify-plugin';
import { ServiceError } from '../../domain/errors.ts';
import { type Secrets, shownApiKey, shownBearerToken } from '../credentials.ts';

const WINDOW_MS = 60_000;

/** Callers that are counted at a time; the least recent is forgotten first. */
const MAX_CALLERS = 10_000;

export interface RateLimitOptions {
  readonly perMinute: number;
  readonly apiKeys: Secrets;
  readonly adminTokens: Secrets;
}

/**
 * Limits the requests of a caller in this process: of a valid API key, else of a client address
 * (of a /64 network for IPv6). A wrong key counts as none, so that guessing is limited too. The
 * administrator is not limited. Its handler is the instance's `rateLimit()`.
 */
export const rateLimit = fp<RateLimitOptions>(
  async (app, { perMinute, apiKeys, adminTokens }) => {
    await app.register(rateLimitPlugin, {
      global: false,
      max: perMinute,
      timeWindow: WINDOW_MS,
      cache: MAX_CALLERS,
      keyGenerator: (request) => {
        const key = apiKeys.find(shownApiKey(request) ?? '');
        return key === undefined ? `address ${normalizeIP(request.ip)}` : `key ${key}`;
      },
      allowList: (request) => adminTokens.find(shownBearerToken(request) ?? '') !== undefined,
      errorResponseBuilder: (_request, { max, ttl }) =>
        new ServiceError('rate_limited', `More than ${max} requests within a minute.`, true, {
          retryAfterSeconds: ttl / 1_000,
        }),
    });
  },
  { name: 'rate-limit', dependencies: ['error-handler'] },
);
