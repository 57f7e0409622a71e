/**
 * The HTTP side of the service. The infrastructure builds target groups, listeners and health
 * checks from it.
 */
import { readEnvironment } from './settings.ts';
import { ENVIRONMENT, type Settings } from './variables.ts';

export const DEFAULT_PORT = ENVIRONMENT.PORT.default;

export const PATHS = {
  liveness: '/livez',
  readiness: '/readyz',
  openapi: '/openapi.json',
  docs: '/docs',
  status: '/v1/status',
} as const;

/** Origin of a server; an address of IPv6 gets its brackets. */
export function httpOrigin(host: string, port: number | string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Milliseconds an idle connection is kept. It must outlive the load balancer's idle time-out
 * (60 s), or the balancer sends a request down a connection that is just being closed.
 */
export const KEEP_ALIVE_TIMEOUT_MS = ENVIRONMENT.KEEP_ALIVE_TIMEOUT_MS.default;

/** Limits of requests, from the settings of an environment. */
export function limitsOf(settings: Settings) {
  return {
    singleDeadlineMs: settings.SINGLE_DEADLINE_MS,
    batchDeadlineMs: settings.BATCH_DEADLINE_MS,
    requestReadTimeoutMs: settings.REQUEST_READ_TIMEOUT_MS,
    bodyBytes: settings.MAX_BODY_BYTES,
    headerBytes: settings.MAX_HEADER_BYTES,
    urlCharacters: settings.MAX_URL_CHARACTERS,
    textCharacters: settings.MAX_TEXT_CHARACTERS,
    texts: settings.MAX_TEXTS,
    tweets: settings.MAX_TWEETS,
  };
}

export type HttpLimits = Readonly<ReturnType<typeof limitsOf>>;

export const DEFAULT_LIMITS: HttpLimits = limitsOf(readEnvironment({}).settings);

/** Longest time between SIGTERM and exit; the orchestrator's stop time-out must be longer. */
export const DEFAULT_SHUTDOWN_TIMEOUT_MS = ENVIRONMENT.SHUTDOWN_TIMEOUT_MS.default;
