import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  FEATURE_STORE_COMMANDS,
  featureStoreAccess,
} from '../../../service/contract/feature-store.ts';
import type { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { featureStoreContract, IDENTITY } from '../../port-suites/feature-store-contract.ts';

/** The adapter must work with the rights that the infrastructure gives to its user. */
const PASSWORD = 'a-generated-password';

let server: RedisServer;
let admin: Redis;
const opened: RedisFeatureStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  admin = new Redis(server.url);
});
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

async function restrictedUser(keyPrefix: string): Promise<string> {
  const username = randomUUID();
  const rules = featureStoreAccess(keyPrefix).split(' ');
  await admin.acl('SETUSER', username, `>${PASSWORD}`, ...rules);
  return username;
}

featureStoreContract('RedisFeatureStore with the least rights', async () => {
  const keyPrefix = `${randomUUID()}:`;
  const store = await connectedStore({
    url: server.url,
    username: await restrictedUser(keyPrefix),
    password: PASSWORD,
    keyPrefix,
    identity: IDENTITY,
    metrics: new RecordedMetrics(),
    logger: new RecordedLog(),
  });
  opened.push(store);
  return {
    store,
    advance: async (seconds) => {
      for (const key of await admin.keys(`${keyPrefix}*`)) {
        await admin.pexpire(key, (await admin.pttl(key)) - seconds * 1_000);
      }
    },
  };
});

describe('the rights of the feature store user', () => {
  it('include every command of the Lua scripts', () => {
    const scripts = globSync('service/feature-store/redis/lua/*.lua').map((path) =>
      readFileSync(path, 'utf8'),
    );
    const called = [...scripts.join('\n').matchAll(/\bcall\('([A-Z]+)'/g)].map(([, name]) =>
      String(name).toLowerCase(),
    );
    expect(called.length).toBeGreaterThan(0);
    expect(FEATURE_STORE_COMMANDS).toEqual(expect.arrayContaining(called));
  });

  it('are the documented commands and those that open a connection', () => {
    const format = readFileSync('docs/feature-store-format.md', 'utf8');
    const documented = /ACL SETUSER tss .*?-@all \+(.*)/.exec(format)?.[1]?.split(' +') ?? [];
    expect(FEATURE_STORE_COMMANDS.toSorted()).toEqual(
      ['auth', 'hello', 'ping', ...documented].toSorted(),
    );
  });

  it.each([
    ['other commands', ['keys', '*']],
    ['the commands for the whole server', ['flushall']],
    ['keys of other prefixes', ['get', 'other:key']],
    ['the commands for access rights', ['acl', 'whoami']],
  ])('exclude %s', async (_name, [command = '', ...args]) => {
    const username = await restrictedUser('mine:');
    const client = new Redis(server.url, {
      username,
      password: PASSWORD,
      disableClientInfo: true,
      enableReadyCheck: false,
    });
    try {
      await expect(client.call(command, ...args)).rejects.toThrow(/NOPERM/);
    } finally {
      client.disconnect();
    }
  });
});
