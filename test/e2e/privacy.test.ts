import { describe, expect, it } from '@jest/globals';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';

const TEXT = 'planted-text-6f1d';
const HANDLE = 'planted_handle';
const SECRETS = {
  X_BEARER_TOKEN: 'planted-bearer-2c77',
  ADMIN_TOKEN: 'planted-admin-93aa',
  API_KEYS: 'planted-key-one-51b0,planted-key-two-e8d4',
  REDIS_PASSWORD: 'planted-password-77c1',
};

describe('what the service writes', () => {
  it('never holds a secret, a text or a handle, whatever goes wrong', async () => {
    const redis = await RedisServer.start(['--requirepass', SECRETS.REDIS_PASSWORD]);
    const stub = await XApiStub.start({
      tweets: [{ id: '7', text: TEXT, author_id: '1' }],
      includes: { users: [{ id: '1', username: HANDLE }] },
    });
    const service = await ServiceProcess.start({
      ...SECRETS,
      REDIS_URL: redis.url,
      X_API_URL: stub.url,
      LOG_LEVEL: 'debug',
      METRICS: 'emf',
      METRICS_INTERVAL_MS: '50',
      PLANTED_IN_ENVIRONMENT: 'planted-elsewhere-0d0d',
    });
    try {
      const headers = { 'x-api-key': 'planted-key-one-51b0' };
      const admin = { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}` };
      const url = `https://x.com/${HANDLE}/status/7`;
      expect((await service.tweet(url, { headers })).status).toBe(200);
      expect((await service.post('/v1/inference', { texts: [TEXT] }, { headers })).status).toBe(
        200,
      );
      const tweets = [
        { id: '8', text: TEXT, author_id: '1', author: { id: '1', username: HANDLE } },
      ];
      await service.post('/v1/admin/tweets', { tweets }, { headers: admin });
      // Now everything that goes wrong with the same contents.
      await service.tweet(`https://x.com/${HANDLE}/${TEXT}`, { headers });
      await service.tweet(url, { headers: { 'x-api-key': `${TEXT}-wrong-key` } });
      await service.post('/v1/inference', { texts: [TEXT], [TEXT]: HANDLE }, { headers });
      await service.post('/v1/inference', undefined, { headers, body: `{"texts": ["${TEXT}"` });
      await service.post('/v1/admin/tweets', { tweets: [{ id: TEXT }] }, { headers: admin });
      await service.get(`/${TEXT}/${HANDLE}?${TEXT}`, { headers });
      stub.script({ status: 401, body: { title: TEXT, detail: SECRETS.X_BEARER_TOKEN } });
      await service.tweet('https://x.com/a/status/9', { headers });
      stub.script('break-off');
      await service.tweet('https://x.com/a/status/10', { headers });
      stub.script({ body: `{"data": "${TEXT}` });
      await service.tweet('https://x.com/a/status/11', { headers });
      await redis.kill();
      await service.tweet(url, { headers });
    } finally {
      await service.stop();
      await stub.close();
      await redis.stop();
    }
    const { output } = service;
    expect(output.split('\n').length).toBeGreaterThan(20);
    const planted = [
      TEXT,
      HANDLE,
      'planted-elsewhere-0d0d',
      ...Object.values(SECRETS).join(',').split(','),
    ];
    const leaked = planted.flatMap((secret) =>
      output.split('\n').filter((line) => line.includes(secret)),
    );
    expect(leaked).toEqual([]);
  });
});
