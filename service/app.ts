import Fastify, { type FastifyInstance } from 'fastify';
import type { AppDeps } from './http/app-deps.ts';
import { BodyReader } from './http/connections/body-reader.ts';
import { ClientErrors } from './http/connections/client-errors.ts';
import { Connections } from './http/connections/connections.ts';
import { SiblingServers } from './http/connections/sibling-servers.ts';
import { requireAdminToken, requireApiKey, requireDocsKey, Secrets } from './http/credentials.ts';
import { cors } from './http/plugins/cors.ts';
import { documentHeaders } from './http/plugins/document-headers.ts';
import { draining } from './http/plugins/draining.ts';
import { errorHandler } from './http/plugins/error-handler.ts';
import { expectation } from './http/plugins/expectation.ts';
import { headerCount } from './http/plugins/header-count.ts';
import { hostHeader } from './http/plugins/host-header.ts';
import { jsonBodies } from './http/plugins/json-bodies.ts';
import { notFound } from './http/plugins/not-found.ts';
import { openapi } from './http/plugins/openapi.ts';
import { plainBodies } from './http/plugins/plain-bodies.ts';
import { requestTrace } from './http/plugins/request-trace.ts';
import { strictTransport } from './http/plugins/strict-transport.ts';
import { requireReady } from './http/readiness.ts';
import { requestLogOf, type TraceSinks } from './http/request-trace.ts';
import { docsRoutes } from './http/routes/docs/routes.ts';
import { featureRoutes } from './http/routes/features/routes.ts';
import { healthRoutes } from './http/routes/health/routes.ts';
import { ingestRoutes } from './http/routes/ingest/routes.ts';
import { loadRoutes } from './http/routes/load/routes.ts';
import { openInferenceHealthRoutes } from './http/routes/open-inference/health-routes.ts';
import {
  openInferenceMetadataRoutes,
  openInferenceRoutes,
} from './http/routes/open-inference/routes.ts';
import { pageRoutes } from './http/routes/page/routes.ts';
import { purgeRoutes } from './http/routes/purge/routes.ts';
import { rebuildRoutes } from './http/routes/rebuild/routes.ts';
import { rescoreRoutes } from './http/routes/rescore/routes.ts';
import { statusRoutes } from './http/routes/status/routes.ts';
import { textRoutes } from './http/routes/texts/routes.ts';
import { tweetRoutes } from './http/routes/tweets/routes.ts';
import { COMPONENTS } from './http/schemas/components.ts';
import { serverOptions } from './http/server-options.ts';

/**
 * Builds the HTTP server of the service without reading the environment or opening a socket. Call
 * `listen` on the result, and `close` after the lifecycle has entered `draining`.
 */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { limits, drainGraceMs } = deps.settings;
  const connections = new Connections();
  const siblings = new SiblingServers();
  const clientErrors = new ClientErrors(connections, deps.logger);
  const bodyReader = new BodyReader(limits.bodyBytes);
  const { metrics, tracer, logger } = deps;
  const traceSinks: TraceSinks = { metrics, tracer, requestLog: requestLogOf(logger) };
  const app: FastifyInstance = Fastify(
    serverOptions(deps, traceSinks, connections, clientErrors, siblings),
  );
  app.decorate('siblings', siblings);
  let siblingsClosed: Promise<void>;
  app.addHook('preClose', async () => {
    siblingsClosed = siblings.close();
    connections.closeWhenQuiet(drainGraceMs, clientErrors.refuseHalfSent);
    setTimeout(() => bodyReader.refuseArriving(), drainGraceMs / 2).unref();
  });
  app.addHook('onClose', () => siblingsClosed);
  for (const schema of COMPONENTS) app.addSchema(schema);

  await app.register(requestTrace, traceSinks);
  await app.register(errorHandler);
  await app.register(headerCount);
  const { corsOrigins: origins } = deps.settings;
  if (origins.length > 0) await app.register(cors, { origins });
  await app.register(hostHeader);
  await app.register(expectation);
  await app.register(plainBodies);
  await app.register(jsonBodies, { bodyReader });
  if (deps.settings.trustProxyHops > 0) await app.register(strictTransport);
  await app.register(draining, { lifecycle: deps.lifecycle });
  await app.register(notFound);
  await app.register(openapi, { settings: deps.settings, info: deps.info });
  await app.register(healthRoutes, deps);
  await app.register(openInferenceHealthRoutes, deps);
  await app.register(limited, deps);
  return app;
}

/** Everything but health checks: limited in requests per minute, if so configured. */
async function limited(app: FastifyInstance, deps: AppDeps): Promise<void> {
  const { rateLimitPerMinute: perMinute } = deps.settings;
  const apiKeys = new Secrets(deps.settings.apiKeys);
  const adminTokens = new Secrets(deps.settings.adminTokens);
  if (perMinute > 0) {
    // Imported on demand, as it takes start-up time.
    const { rateLimit } = await import('./http/plugins/rate-limit.ts');
    await app.register(rateLimit, { perMinute, apiKeys, adminTokens });
    app.addHook('onRequest', app.rateLimit());
  }
  await app.register(documents, { ...deps, apiKeys });
  await app.register(api, { ...deps, apiKeys, adminTokens });
}

/** The page and the documents of the API, for browsers. */
async function documents(
  app: FastifyInstance,
  { apiKeys, ...deps }: AppDeps & { readonly apiKeys: Secrets },
): Promise<void> {
  await app.register(documentHeaders);
  await app.register(pageRoutes, deps);
  await app.register(async (docs) => {
    if (deps.settings.protectDocs) docs.addHook('onRequest', requireDocsKey(apiKeys));
    await docs.register(docsRoutes, deps.settings);
  });
}

/** The API's routes, grouped by the credentials they require. */
async function api(
  app: FastifyInstance,
  {
    apiKeys,
    adminTokens,
    ...deps
  }: AppDeps & { readonly apiKeys: Secrets; readonly adminTokens: Secrets },
): Promise<void> {
  await app.register(statusRoutes, deps);
  await app.register(openInferenceMetadataRoutes, deps);
  await app.register(async (callers) => {
    callers.addHook('onRequest', requireApiKey(apiKeys));
    await callers.register(featureRoutes, deps);
    await callers.register(async (inference) => {
      inference.addHook('onRequest', requireReady(deps.lifecycle));
      await inference.register(textRoutes, deps);
      await inference.register(tweetRoutes, deps);
      await inference.register(openInferenceRoutes, deps);
    });
  });
  if (adminTokens.size > 0) {
    await app.register(async (administrator) => {
      administrator.addHook('onRequest', requireAdminToken(adminTokens));
      await administrator.register(ingestRoutes, deps);
      await administrator.register(purgeRoutes, deps);
      await administrator.register(rebuildRoutes, deps);
      await administrator.register(rescoreRoutes, deps);
      await administrator.register(loadRoutes, deps);
    });
  }
}
