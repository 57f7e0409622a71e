import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type FastifyServerOptions, LogController } from 'fastify';
import { answerError } from './answer-error.ts';
import type { AppDeps } from './app-deps.ts';
import { closeWhileDraining } from './lifecycle.ts';
import { setCommonHeaders, startTrace } from './request-trace.ts';
import { sharedSerializers } from './serializers.ts';

/** Interval of Node's check for slow requests. */
const SLOW_REQUEST_CHECK_MS = 1_000;

/** Fastify's options that differ from its defaults. */
export function serverOptions({ settings, lifecycle, logger, metrics }: AppDeps) {
  const { limits, keepAliveTimeoutMs, trustProxyHops } = settings;
  return {
    loggerInstance: logger,
    // Fastify would log URLs; request-trace.ts logs one line per request without.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: requestId,
    trustProxy: (_address, hop) => hop < trustProxyHops,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestReadTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // Disconnects clients that stop reading their answer, long after every deadline.
    connectionTimeout: Math.max(
      keepAliveTimeoutMs,
      limits.requestReadTimeoutMs + limits.batchDeadlineMs,
    ),
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestReadTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_REQUEST_CHECK_MS, limits.requestReadTimeoutMs),
      requireHostHeader: false,
    },
    // The plugin `draining` rejects requests instead, with problem documents and open health routes.
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildSerializer: sharedSerializers() } },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
    // No hook runs for paths that cannot be routed.
    frameworkErrors: (error, request, reply) => {
      startTrace(request, reply, metrics);
      setCommonHeaders(request, reply);
      closeWhileDraining(reply, lifecycle);
      answerError(error, request, reply);
    },
  } satisfies FastifyServerOptions & { http: object };
}

/** The caller's X-Request-Id if it has 1 to 128 visible ASCII characters, else a new one. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
