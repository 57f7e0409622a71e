import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import type { HttpSettings, ServiceInfo } from '../app-deps.ts';

const DESCRIPTION = `Classifies tweets as negative, neutral or positive.

Errors under /v1 are problem documents (RFC 9457) with a \`code\` for programs; errors under /v2 are
\`{"error": ".."}\`, as in the Open Inference Protocol. Every answer has \`X-Request-Id\` (the
caller's, if it has 1 to 128 visible ASCII characters), \`X-Process-Time\` (seconds since the request
has arrived, with its body) and \`Server-Timing\`. HEAD is supported wherever GET is.

With a rate limit, the answer to a request that counts also has \`X-RateLimit-Limit\`, \`-Remaining\` and
\`-Reset\` (seconds). Health checks, unknown paths and requests that are refused early, such as with 408, 417 or 431, do
not count.

Any path may also answer 400 to invalid HTTP/1.1, 404 \`not_found\`, 405 \`method_not_allowed\` with
\`Allow\`, 408 \`request_timeout\`, 417 \`expectation_failed\` and 431 \`headers_too_large\`.

Limits of this instance:
`;

const ADMIN_TAG = {
  name: 'admin',
  description: 'Ingest, load, purge, rebuild and rescore; requires the admin token',
};
const API_KEY_SCHEME = { type: 'apiKey', in: 'header', name: 'X-API-Key' } as const;
const ADMIN_SCHEME = { type: 'http', scheme: 'bearer' } as const;

/** Collects the routes for the OpenAPI document. Register it before them. */
export const openapi = fp<{ settings: HttpSettings; info: ServiceInfo }>(
  async (app, { settings, info }) => {
    const { apiKeys, adminTokens } = settings;
    const securitySchemes = {
      ...(apiKeys.length > 0 && { apiKey: API_KEY_SCHEME }),
      ...(adminTokens.length > 0 && { adminToken: ADMIN_SCHEME }),
    };
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Tweet sentiment',
          version: info.version,
          description: DESCRIPTION + limitsTable(settings),
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        tags: [
          { name: 'inference', description: 'Sentiment of texts and tweets' },
          { name: 'features', description: 'Feature rows and aggregates' },
          ...(adminTokens.length > 0 ? [ADMIN_TAG] : []),
          { name: 'open-inference', description: 'The Open Inference Protocol, version 2' },
          { name: 'operation', description: 'Health and state; open to all' },
        ],
        // Swagger UI offers "Authorize" for an empty object, too.
        ...(Object.keys(securitySchemes).length > 0 && { components: { securitySchemes } }),
      },
      refResolver: {
        buildLocalReference: (schema, _baseUri, _fragment, index) =>
          typeof schema.$id === 'string' ? schema.$id : `Schema${index}`,
      },
    });
  },
  { name: 'openapi' },
);

function limitsTable({ limits, rateLimitPerMinute }: HttpSettings): string {
  const rows = [
    ['deadline for one tweet or text', `${limits.singleDeadlineMs} ms`],
    ['deadline for several', `${limits.batchDeadlineMs} ms`],
    ['time to send a request', `${limits.requestReadTimeoutMs} ms`],
    ['body', `${limits.bodyBytes} bytes`],
    ['request line and headers', `${limits.headerBytes} bytes`],
    ['tweet URL', `${limits.urlCharacters} characters`],
    ['text', `${limits.textCharacters} characters`],
    ['texts in a request', `${limits.texts}`],
    ['tweets in a request', `${limits.tweets}`],
    ['requests per minute', rateLimitPerMinute > 0 ? `${rateLimitPerMinute}` : 'not limited'],
  ];
  return `\n| what | limit |\n|---|---|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}
