/**
 * What the service publishes about its HTTP side. The infrastructure builds target groups,
 * listeners and health checks from these, so it imports nothing.
 */

export const DEFAULT_PORT = 3000;

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
export const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Default limits; each is configurable by the environment variable that names it. */
export const DEFAULT_LIMITS = {
  singleDeadlineMs: 2_000,
  batchDeadlineMs: 10_000,
  requestReadTimeoutMs: 10_000,
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  urlCharacters: 1_024,
  /** X's longest post. */
  textCharacters: 25_000,
  texts: 128,
  tweets: 100,
} as const;

/** Longest time between SIGTERM and exit; the orchestrator's stop time-out must be longer. */
export const DEFAULT_SHUTDOWN_TIMEOUT_MS = 25_000;
