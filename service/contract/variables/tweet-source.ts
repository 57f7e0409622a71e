import { bearerToken, integer, oneOf, path, webAddress } from '../schemas.ts';
import { TEN_MINUTES_MS, type Variable } from './variable.ts';

export const TWEET_SOURCE = {
  TWEET_SOURCE: {
    schema: oneOf('x-api', 'oembed', 'fixture'),
    description: 'x-api, oembed or fixture; absent: x-api with X_BEARER_TOKEN, else oembed',
  },
  X_BEARER_TOKEN: {
    schema: bearerToken(),
    description: 'Bearer token of an X API app',
    secret: true,
  },
  X_API_URL: {
    schema: webAddress({ query: 'refused' }),
    description: 'Address of the X API',
    default: 'https://api.x.com',
  },
  X_DAILY_READ_BUDGET: {
    schema: integer(0, 1_000_000_000),
    description: 'Billable post reads this process may spend in a UTC day; 0: no bound',
    default: 0,
  },
  OEMBED_URL: {
    schema: webAddress({ query: 'allowed' }),
    description: 'Address of the oEmbed endpoint',
    default: 'https://publish.x.com/oembed',
  },
  TWEET_FIXTURE: {
    schema: path(),
    description:
      'JSON file {data, includes?, errors?} as X API v2 returns it; absent: bundled examples',
  },
  TWEET_SOURCE_TIMEOUT_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Longest time one read of the tweet source may take',
    default: 1_500,
  },
} as const satisfies Record<string, Variable>;
