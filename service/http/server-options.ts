import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { type FastifyServerOptions, LogController } from 'fastify';
import { answerError } from './answer-error.ts';
import type { AppDeps, HttpSettings } from './app-deps.ts';
import type { ClientErrors } from './connections/client-errors.ts';
import type { Connections } from './connections/connections.ts';
import { createHttpServer } from './connections/http-server.ts';
import type { SiblingServers } from './connections/sibling-servers.ts';
import { closeWhileDraining } from './plugins/draining.ts';
import { RequestLogger } from './request-logger.ts';
import { setCommonHeaders, startTrace, type TraceSinks } from './request-trace.ts';
import { sharedSerializers } from './serializers.ts';
import { lateValidators } from './validators.ts';

/** Interval of Node's check for slow requests. */
const SLOW_REQUEST_CHECK_MS = 1_000;

/** Fastify's options that differ from its defaults. */
export function serverOptions(
  { settings, lifecycle, logger }: AppDeps,
  traceSinks: TraceSinks,
  connections: Connections,
  clientErrors: ClientErrors,
  siblings: SiblingServers,
) {
  const { limits, trustProxyHops } = settings;
  return {
    loggerInstance: logger,
    childLoggerFactory: (parent, bindings) => new RequestLogger(parent, bindings),
    // Fastify would log URLs; request-trace.ts logs one line per request without.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: requestId,
    trustProxy: (_address, hop) => hop < trustProxyHops,
    bodyLimit: limits.bodyBytes,
    serverFactory: (handle: RequestListener) =>
      createHttpServer(handle, {
        ...nodeOptions(settings),
        connections,
        siblings,
        clientErrors,
        logger,
      }),
    clientErrorHandler: clientErrors.handle,
    // The plugin `draining` rejects requests instead, with problem documents and open health routes.
    return503OnClosing: false,
    schemaController: {
      compilersFactory: { buildValidator: lateValidators(), buildSerializer: sharedSerializers() },
    },
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: false,
        // With the value in the faults.
        verbose: true,
      },
    },
    // No hook runs for paths that cannot be routed.
    frameworkErrors: (error, request, reply) => {
      startTrace(request, reply, traceSinks);
      setCommonHeaders(request, reply);
      closeWhileDraining(reply, lifecycle);
      answerError(error, request, reply);
    },
  } satisfies FastifyServerOptions;
}

function nodeOptions({ limits, keepAliveTimeoutMs }: HttpSettings) {
  const { requestReadTimeoutMs } = limits;
  return {
    http: {
      maxHeaderSize: limits.headerBytes,
      requestTimeout: requestReadTimeoutMs,
      headersTimeout: requestReadTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_REQUEST_CHECK_MS, requestReadTimeoutMs),
      requireHostHeader: false,
    },
    // Disconnects clients that stop reading their answer, long after every deadline.
    idleTimeoutMs: Math.max(keepAliveTimeoutMs, requestReadTimeoutMs + limits.batchDeadlineMs),
  };
}

/** The caller's X-Request-Id if it has 1 to 128 visible ASCII characters, else a new one. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
