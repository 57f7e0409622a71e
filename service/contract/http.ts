/**
 * The HTTP side of the service. The infrastructure builds target groups, listeners and health
 * checks from it.
 */
import { ENVIRONMENT } from './variables.ts';

export const DEFAULT_PORT = ENVIRONMENT.PORT.default;

export const PATHS = {
  liveness: '/livez',
  readiness: '/readyz',
  openapi: '/openapi.json',
  docs: '/docs',
  status: '/v1/status',
} as const;

/**
 * Milliseconds an idle connection is kept. It must outlive the load balancer's idle time-out
 * (60 s), or the balancer sends a request down a connection that is just being closed.
 */
export const KEEP_ALIVE_TIMEOUT_MS = ENVIRONMENT.KEEP_ALIVE_TIMEOUT_MS.default;

/** Default limits; each is configurable by an environment variable. */
export const DEFAULT_LIMITS = {
  singleDeadlineMs: ENVIRONMENT.SINGLE_DEADLINE_MS.default,
  batchDeadlineMs: ENVIRONMENT.BATCH_DEADLINE_MS.default,
  requestReadTimeoutMs: ENVIRONMENT.REQUEST_READ_TIMEOUT_MS.default,
  bodyBytes: ENVIRONMENT.MAX_BODY_BYTES.default,
  headerBytes: ENVIRONMENT.MAX_HEADER_BYTES.default,
  urlCharacters: ENVIRONMENT.MAX_URL_CHARACTERS.default,
  textCharacters: ENVIRONMENT.MAX_TEXT_CHARACTERS.default,
  texts: ENVIRONMENT.MAX_TEXTS.default,
  tweets: ENVIRONMENT.MAX_TWEETS.default,
} as const;

/** Longest time between SIGTERM and exit; the orchestrator's stop time-out must be longer. */
export const DEFAULT_SHUTDOWN_TIMEOUT_MS = ENVIRONMENT.SHUTDOWN_TIMEOUT_MS.default;
