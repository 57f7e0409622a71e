import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type FastifyServerOptions, LogController } from 'fastify';
import type { AppDeps } from './app-deps.ts';
import { answerError } from './plugins/error-handler.ts';
import { closeWhileDraining } from './plugins/lifecycle.ts';
import { setCommonHeaders, startTrace } from './plugins/request-trace.ts';
import { sharedSerializers } from './serializers.ts';

/** How often Node looks for requests that take too long to arrive. */
const SLOW_REQUEST_CHECK_MS = 1_000;

/** Fastify's options, where its defaults are not those of this API. */
export function serverOptions({ settings, lifecycle, logger, metrics }: AppDeps) {
  const { limits, keepAliveTimeoutMs, trustProxyHops } = settings;
  return {
    loggerInstance: logger,
    // Its lines hold URLs; request-trace.ts writes one line a request that does not.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: requestId,
    trustProxy: (_address, hop) => hop < trustProxyHops,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestReadTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // A client that stops reading its answer is cut off, long after every deadline.
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
    // The plugin `draining` refuses requests, as problem documents and with health routes open.
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildSerializer: sharedSerializers() } },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
    // No hook runs for a path that cannot be routed.
    frameworkErrors: (error, request, reply) => {
      startTrace(request, reply, metrics);
      setCommonHeaders(request, reply);
      closeWhileDraining(reply, lifecycle);
      answerError(error, request, reply);
    },
  } satisfies FastifyServerOptions & { http: object };
}

/** The caller's X-Request-Id when it is 1 to 128 visible ASCII characters, else a new one. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
