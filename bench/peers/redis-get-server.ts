/** Lower bound for a feature store in Redis: Fastify and plain ioredis, one GET per request. */
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { peerSettings } from './settings.ts';

export interface RedisGetServerSettings {
  readonly redisUrl: string;
}

const { port, redisUrl } = peerSettings<RedisGetServerSettings>();
const redis = new Redis(redisUrl);
const app = Fastify();
app.get('/ready', async () => ({}));
app.get<{ Querystring: { key: string } }>('/row', async ({ query }, reply) => {
  reply.type('application/json');
  return redis.get(query.key);
});
await app.listen({ host: '127.0.0.1', port });
process.on('SIGTERM', () => process.exit());
