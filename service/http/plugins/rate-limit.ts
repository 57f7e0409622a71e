import { createHash } from 'node:crypto';
import rateLimitPlugin, { normalizeIP } from '@fastify/rate-limit';
import fp from 'fastify-plugin';
import { ServiceError } from '../../domain/errors.ts';
import { type Secrets, shownApiKey, shownBearerToken } from '../credentials.ts';
import { RequestCounts } from './request-counts.ts';

const WINDOW_MS = 60_000;

/** The longest address of a network, IPv6 with a zone, is shorter. */
const MAX_ADDRESS_CHARACTERS = 64;

export interface RateLimitOptions {
  readonly perMinute: number;
  readonly apiKeys: Secrets;
  readonly adminTokens: Secrets;
}

/**
 * Limits requests per valid API key, else per client address (/64 network for IPv6), in this
 * process. Invalid keys count by address, which also limits guessing. The administrator is not
 * limited. The handler is the instance's `rateLimit()`.
 */
export const rateLimit = fp<RateLimitOptions>(
  async (app, { perMinute, apiKeys, adminTokens }) => {
    await app.register(rateLimitPlugin, {
      global: false,
      max: perMinute,
      timeWindow: WINDOW_MS,
      store: RequestCounts,
      keyGenerator: (request) => {
        const key = apiKeys.find(shownApiKey(request) ?? '');
        return key === undefined ? addressKey(request.ip) : `key ${key}`;
      },
      allowList: (request) => adminTokens.find(shownBearerToken(request) ?? '') !== undefined,
      errorResponseBuilder: (_request, { max, ttl }) =>
        new ServiceError(
          'rate_limited',
          `The limit of ${max} requests per minute is exceeded.`,
          true,
          {
            retryAfterSeconds: ttl / 1_000,
          },
        ),
    });
  },
  { name: 'rate-limit', dependencies: ['error-handler'] },
);

/**
 * The key of a caller by address. Bounded, as is the memory of all keys: behind a trusted proxy the
 * address is what X-Forwarded-For says, which may be any text.
 */
export function addressKey(address: string): string {
  const normal = normalizeIP(withoutPort(address));
  const isLong = normal.length > MAX_ADDRESS_CHARACTERS;
  return `address ${isLong ? createHash('sha256').update(normal).digest('hex') : normal}`;
}

/** Some proxies forward `203.0.113.7:49152` or `[2001:db8::7]:49152`, with a port per connection. */
function withoutPort(address: string): string {
  const [, ipv6, ipv4] =
    /^(?:\[([\da-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/i.exec(address) ?? [];
  return ipv6 ?? ipv4 ?? address;
}
