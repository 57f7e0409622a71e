/** Baseline of Fastify: one route with the service's schemas and a fixed answer. */
import Fastify from 'fastify';
import { TweetsResponse, tweetsRequest } from '../../service/http/routes/tweets/schemas.ts';
import { COMPONENTS } from '../../service/http/schemas/components.ts';
import { peerSettings } from './settings.ts';

export interface EchoServerSettings {
  readonly path: string;
  readonly limits: Parameters<typeof tweetsRequest>[0];
  readonly answer: unknown;
}

const { port, path, limits, answer } = peerSettings<EchoServerSettings>();
const app = Fastify();
for (const schema of COMPONENTS) app.addSchema(schema);
app.get('/ready', async () => ({}));
app.post(
  path,
  { schema: { body: tweetsRequest(limits), response: { 200: TweetsResponse } } },
  async () => answer,
);
await app.listen({ host: '127.0.0.1', port });
process.on('SIGTERM', () => process.exit());
