import { boolean, integer, list, origin, tokens } from '../schemas.ts';
import { TEN_MINUTES_MS, type Variable } from './variable.ts';

export const ACCESS = {
  ADMIN_TOKEN: {
    schema: tokens('tokens'),
    description:
      'Bearer token of the admin routes, or several separated by commas, 16 characters or more each with NODE_ENV=production; absent: they do not exist',
    secret: true,
  },
  API_KEYS: {
    schema: tokens('keys'),
    description:
      'Comma-separated keys that callers must send as X-API-Key, 16 characters or more each with NODE_ENV=production; absent: open',
    secret: true,
  },
  CORS_ORIGINS: {
    schema: list(
      origin(),
      { minItems: 1, maxItems: 32 },
      'up to 32 different origins separated by commas, such as https://app.example.com: scheme, host and port as browsers send them, without path and wildcard',
    ),
    description: 'Comma-separated origins of pages whose scripts may call the API; absent: none',
  },
  PROTECT_DOCS: {
    schema: boolean(),
    description: 'Require an API key for /docs and /openapi.json, too',
    default: false,
  },
  RATE_LIMIT_PER_MINUTE: {
    schema: integer(0, 1_000_000),
    description: 'Requests per minute per API key, else per client address; 0: no limit',
    default: 0,
  },
  TRUST_PROXY_HOPS: {
    schema: integer(0, 16),
    description: 'Number of trusted reverse proxies (X-Forwarded-For); 1 behind a load balancer',
    default: 0,
    deployment: true,
  },
} as const satisfies Record<string, Variable>;

export const LIMITS = {
  SINGLE_DEADLINE_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Deadline of a request for one tweet or text',
    default: 2_000,
  },
  BATCH_DEADLINE_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Deadline of a request for several',
    default: 10_000,
  },
  REQUEST_READ_TIMEOUT_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Longest time to receive a request',
    default: 10_000,
  },
  MAX_BODY_BYTES: {
    /** Up to 64 MiB. */
    schema: integer(1, 67_108_864),
    description: 'Longest request body',
    default: 1_048_576,
  },
  MAX_HEADER_BYTES: {
    /** Up to 1 MiB. */
    schema: integer(1_024, 1_048_576),
    description: 'Longest request line and headers together',
    default: 16_384,
  },
  MAX_URL_CHARACTERS: {
    schema: integer(1, 65_536),
    description: 'Longest tweet URL',
    default: 1_024,
  },
  MAX_TEXT_CHARACTERS: {
    schema: integer(1, 1_000_000),
    description: "Longest text; X's longest post",
    default: 25_000,
  },
  MAX_TEXTS: {
    schema: integer(1, 10_000),
    description: 'Texts in one request',
    default: 128,
  },
  MAX_TWEETS: {
    /** The most that one look-up at the X API takes. */
    schema: integer(1, 100),
    description: 'Tweets in one request',
    default: 100,
  },
  KEEP_ALIVE_TIMEOUT_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Life of an idle connection; longer than the load balancer keeps one',
    default: 72_000,
  },
  SHUTDOWN_TIMEOUT_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Longest time from SIGTERM to exit',
    default: 25_000,
  },
} as const satisfies Record<string, Variable>;
