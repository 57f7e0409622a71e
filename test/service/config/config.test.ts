import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../../../service/config/config.ts';
import type { Environment } from '../../../service/contract/settings.ts';
import { ENVIRONMENT, type EnvironmentName } from '../../../service/contract/variables.ts';
import { StartupError } from '../../../service/domain/errors.ts';

function faultOf(env: Environment): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    return (error as StartupError).message;
  }
  throw new Error(`No fault found in ${JSON.stringify(env)}`);
}

describe('the configuration', () => {
  it.each(['\uFEFFAPI_KEYS', '\uFFFD\uFFFDA'])(
    'refuses an .env with a byte order mark, whose variables Node would not read: %j',
    (name) => {
      expect(faultOf({ [name]: 'key-one' })).toBe(
        'One fault in the configuration (environment variables):\n' +
          '  .env: begins with a byte order mark, so that variables in it would be ignored; ' +
          'save it as UTF-8 without a mark.',
      );
    },
  );

  it('needs no environment at all', () => {
    expect(loadConfig({})).toEqual({
      listen: { host: '127.0.0.1', port: 3000 },
      log: { level: 'info', secrets: [], warnings: [] },
      shutdownTimeoutMs: 25_000,
      model: {
        modelsDir: 'models',
        modelName: 'minilm-tweet-sentiment',
        workers: undefined,
        tokenBudget: 256,
        hangTimeoutMs: 30_000,
      },
      unsupportedLanguage: 'score',
      featureStore: {
        redis: undefined,
        rowTtlSeconds: 5_184_000,
        aggregateTtlSeconds: 34_560_000,
        memoryMaxRows: 100_000,
        hotCacheTtlMs: 5_000,
        pendingWritesMax: 1_000,
        storeText: true,
      },
      predictionLog: { kind: 'none' },
      tweetSource: { kind: 'oembed', url: 'https://publish.x.com/oembed', timeoutMs: 1_500 },
      http: {
        limits: {
          singleDeadlineMs: 2_000,
          batchDeadlineMs: 10_000,
          requestReadTimeoutMs: 10_000,
          bodyBytes: 1_048_576,
          headerBytes: 16_384,
          urlCharacters: 1_024,
          textCharacters: 25_000,
          texts: 128,
          tweets: 100,
        },
        keepAliveTimeoutMs: 72_000,
        drainGraceMs: 2_000,
        apiKeys: [],
        corsOrigins: [],
        protectDocs: false,
        adminTokens: [],
        rateLimitPerMinute: 0,
        trustProxyHops: 0,
        exposeText: true,
      },
      traces: { endpoint: undefined, serviceName: 'tweet-sentiment-service' },
      metrics: {
        kind: 'off',
        host: '127.0.0.1',
        port: 9_464,
        intervalMs: 10_000,
        serviceName: 'tweet-sentiment-service',
        revision: undefined,
      },
    });
  });

  it('is the same when every variable is there but empty, as compose files write "not set"', () => {
    const empty = Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, '']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  it('ignores names that are not its own', () => {
    expect(loadConfig({ PATH: '/bin', PORTS: 'many' })).toEqual(loadConfig({}));
  });

  it('is frozen to its last leaf', () => {
    const config = loadConfig({ REDIS_URL: 'redis://127.0.0.1', API_KEYS: 'a,b' });
    const parts = [config, config.http, config.http.limits, config.http.apiKeys];
    for (const part of [...parts, config.featureStore.redis])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('takes the feature store from REDIS_URL', () => {
    const env = {
      REDIS_URL: 'rediss://cache:6380/1',
      REDIS_USERNAME: 'app',
      REDIS_PASSWORD: 'p w',
    };
    expect(loadConfig(env).featureStore.redis).toEqual({
      url: 'rediss://cache:6380/1',
      username: 'app',
      password: 'p w',
      keyPrefix: 'tss:',
    });
  });

  it.each([
    [{ PREDICTION_LOG_DIR: 'log' }, { kind: 'file', dir: 'log', keepDays: 400 }],
    [{ PREDICTION_STREAM: 'predictions' }, { kind: 'firehose', streamName: 'predictions' }],
  ])('with %j writes the prediction log to %j', (env, predictionLog) => {
    expect(loadConfig(env).predictionLog).toEqual(predictionLog);
  });

  it('leaves clients at most 30 % of a short drain to send bodies and read answers', () => {
    expect(loadConfig({ SHUTDOWN_TIMEOUT_MS: '1000' }).http.drainGraceMs).toBe(300);
  });

  it('splits API keys at commas', () => {
    expect(loadConfig({ API_KEYS: 'one,tw-o' }).http.apiKeys).toEqual(['one', 'tw-o']);
  });

  it('lists its secrets, also in the parts by which they are used, for the log to hide', () => {
    const env = {
      REDIS_URL: 'redis://app:p%40ss@cache',
      X_BEARER_TOKEN: 'bearer',
      API_KEYS: 'one,two',
      HOST: 'localhost',
    };
    expect(loadConfig(env).log.secrets.toSorted()).toEqual(
      ['redis://app:p%40ss@cache', 'p%40ss', 'p@ss', 'bearer', 'one,two', 'one', 'two'].toSorted(),
    );
  });

  it('lists the credentials among the headers for the collector, and no short value', () => {
    const headers = 'authorization=Bearer%20of-the-collector,x-tenant=dev';
    expect(loadConfig({ OTEL_EXPORTER_OTLP_HEADERS: headers }).log.secrets).toEqual([
      headers,
      'of-the-collector',
    ]);
  });

  const xApi = {
    kind: 'x-api',
    url: 'https://api.x.com',
    bearerToken: 'AAA',
    dailyReadBudget: 0,
    timeoutMs: 1_500,
  };
  it.each<{ env: Environment; source: object }>([
    { env: { X_BEARER_TOKEN: 'AAA' }, source: xApi },
    { env: { X_BEARER_TOKEN: 'AAA', TWEET_SOURCE: 'x-api' }, source: xApi },
    { env: { X_BEARER_TOKEN: 'AAA', TWEET_SOURCE: 'oembed' }, source: { kind: 'oembed' } },
    { env: { TWEET_SOURCE: 'fixture' }, source: { kind: 'fixture', file: undefined } },
    {
      env: { TWEET_SOURCE: 'fixture', TWEET_FIXTURE: './tweets.json' },
      source: { kind: 'fixture', file: './tweets.json' },
    },
  ])('with $env reads tweets from $source.kind', ({ env, source }) => {
    expect(loadConfig(env).tweetSource).toMatchObject(source);
  });
});

describe('a fault in the configuration', () => {
  it('is reported together with all others', () => {
    expect(faultOf({ PORT: 'http', LOG_LEVEL: 'loud', STORE_TWEET_TEXT: 'yes' })).toBe(
      `3 faults in the configuration (environment variables):
  PORT: "http" is not allowed; use an integer from 0 to 65535.
  LOG_LEVEL: "loud" is not allowed; use fatal, error, warn, info, debug or silent.
  STORE_TWEET_TEXT: "yes" is not allowed; use true or false.`,
    );
  });

  it.each(['1e3', ' 3', '3 ', '+3', '-1', '03', '0x10', '3.0', '3,000', 'NaN', '65536'])(
    'PORT=%j is one',
    (PORT) => {
      expect(faultOf({ PORT })).toContain(`PORT: ${JSON.stringify(PORT)} is not allowed`);
    },
  );

  it('any text is one for an integer, unless it is written plainly and in range', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 1 }), fc.integer().map(String)), (text) => {
        const plain = /^(0|[1-9]\d*)$/.test(text) && Number(text) <= 65_535;
        const run = () => loadConfig({ PORT: text }).listen.port;
        if (plain) expect(run()).toBe(Number(text));
        else expect(run).toThrow(StartupError);
      }),
    );
  });

  it.each<[EnvironmentName, string]>([
    ['HOST', 'a host'],
    ['STORE_TWEET_TEXT', 'TRUE'],
    ['EXPOSE_TWEET_TEXT', '1'],
    ['TWEET_SOURCE', 'X-API'],
    ['METRICS', 'statsd'],
    ['MODEL_NAME', '../model'],
    ['MODEL_NAME', 'MiniLM'],
    ['X_API_URL', 'api.x.com'],
    ['OEMBED_URL', 'file:///etc/passwd'],
    ['OEMBED_URL', 'https://publish.x.com/oembed#top'],
    ['X_API_URL', 'https://api.x.com?a=b'],
    ['X_API_URL', 'https://api.x.com/#'],
    ['MAX_TWEETS', '101'],
    ['MAX_TEXTS', '0'],
    ['SHUTDOWN_TIMEOUT_MS', '2147483648'],
    ['FEATURE_TTL_SECONDS', '0'],
  ])('%s=%s is one', (name, value) => {
    expect(faultOf({ [name]: value })).toContain(`${name}: "${value}" is not allowed; use `);
  });

  it.each<[EnvironmentName, string]>([
    ['REDIS_URL', 'http://:hunter2@cache'],
    ['REDIS_URL', 'hunter2'],
    ['REDIS_URL', 'redis://'],
    ['REDIS_URL', 'redis://:100%@cache'],
    ['REDIS_URL', 'redis://cache/abc'],
    ['REDIS_URL', 'redis://cache/1.5'],
    ['REDIS_URL', 'redis://cache/-1'],
    ['REDIS_URL', 'redis://cache/3/'],
    ['REDIS_URL', 'redis://cache/01'],
    ['REDIS_URL', 'redis://cache?db=3'],
    ['X_BEARER_TOKEN', 'hunter2 hunter2'],
    ['ADMIN_TOKEN', 'hunter2\n'],
    ['ADMIN_TOKEN', 'hunter2,'],
    ['API_KEYS', 'hunter2,,other'],
    ['API_KEYS', 'hunter2,'],
    ['API_KEYS', 'hunter2, other'],
    ['API_KEYS', '{"web":"hunter2","app":"other"}'],
    ['ADMIN_TOKEN', '{"token":"hunter2"}'],
    ['X_BEARER_TOKEN', '{"token":"hunter2"}'],
  ])('%s is one without showing the secret', (name, value) => {
    const message = faultOf({ [name]: value });
    expect(message).toContain(`${name}: its value (a secret, not shown) is not allowed; use `);
    expect(message).not.toContain('hunter2');
  });

  it.each<[EnvironmentName, string]>([
    ['OEMBED_URL', 'http://user:hunter2@proxy/oembed'],
    ['OEMBED_URL', 'http://hunter2@proxy/oembed'],
    ['OEMBED_URL', 'http://user:hun/hunter2@proxy'],
    ['X_API_URL', 'https://:hunter2@proxy'],
  ])('%s with credentials is one, and they are not shown', (name, value) => {
    const message = faultOf({ [name]: value });
    expect(message).toMatch(
      new RegExp(`${name}: "https?://\\*\\*\\*@proxy.* without user and password`),
    );
    expect(message).not.toContain('hunter2');
  });

  it.each(['redis://cache', 'redis://cache/', 'rediss://:p%2Fw@cache:6380/15'])(
    'is not an address of Redis such as %s',
    (url) => {
      expect(loadConfig({ REDIS_URL: url }).featureStore.redis?.url).toBe(url);
    },
  );

  it.each([
    { ADMIN_TOKEN: 'hunter2' },
    { API_KEYS: `hunter2,${'long'.repeat(4)}` },
    { ADMIN_TOKEN: 'x'.repeat(15) },
    { ADMIN_TOKEN: `${'long'.repeat(4)},hunter2` },
  ])('is a secret of less than 16 characters in production: %j', (secret) => {
    const [name = ''] = Object.keys(secret);
    const message = faultOf({ ...secret, NODE_ENV: 'production' });
    expect(message).toContain(`${name}: holds a secret of less than 16 characters; use a long`);
    expect(message).not.toContain('hunter2');
    expect(loadConfig(secret).log.warnings).toEqual([
      expect.stringMatching(`^${name} holds a secret of less than 16 characters`),
    ]);
    const long = { [name]: 'x'.repeat(16), NODE_ENV: 'production' };
    expect(loadConfig(long).log.warnings).toEqual([]);
  });

  it('is shortened when it is long', () => {
    expect(faultOf({ PORT: 'x'.repeat(10_000) }).length).toBeLessThan(300);
  });

  it('is TWEET_SOURCE=x-api without a token', () => {
    expect(faultOf({ TWEET_SOURCE: 'x-api' })).toMatch(
      /X_BEARER_TOKEN: is not set, but .*; set it/,
    );
  });

  it('is reported once for a token that is set, but not as it must be', () => {
    expect(faultOf({ TWEET_SOURCE: 'x-api', X_BEARER_TOKEN: 'a b' })).toMatch(
      /^One fault .*\n {2}X_BEARER_TOKEN: its value \(a secret, not shown\) is not allowed/,
    );
  });

  it('is one port for metrics and the API', () => {
    const same = { METRICS: 'prometheus', METRICS_PORT: '3133', PORT: '3133' };
    expect(faultOf(same)).toMatch(/METRICS_PORT: is 3133, and PORT is too; .*: change one of them/);
    expect(faultOf({ METRICS: 'prometheus', METRICS_PORT: '3000' })).toContain(
      'METRICS_PORT: is 3000',
    );
    for (const apart of [{ METRICS: 'off' }, { PORT: '3134' }, { METRICS_PORT: '0', PORT: '0' }])
      expect(() => loadConfig({ ...same, ...apart })).not.toThrow();
  });

  it('is a life of aggregates shorter than that of rows', () => {
    expect(faultOf({ AGGREGATE_TTL_DAYS: '59' })).toMatch(
      /AGGREGATE_TTL_DAYS: is 59, less than the 5184000 s of FEATURE_TTL_SECONDS: .*; raise it/,
    );
    expect(() => loadConfig({ AGGREGATE_TTL_DAYS: '60' })).not.toThrow();
  });

  it.each([
    '*',
    'https://*.example.com',
    'https://app.example.com/',
    'https://app.example.com/dashboard',
    'https://App.example.com',
    'https://app.example.com:443',
    'app.example.com',
    'file:///tmp',
    'null',
    'https://app.example.com,https://app.example.com',
  ])('is %j in CORS_ORIGINS', (written) => {
    expect(faultOf({ CORS_ORIGINS: written })).toMatch(
      /CORS_ORIGINS: .* is not allowed; use .* such as https:\/\/app\.example\.com: .*, without path and wildcard/,
    );
  });

  it.each([
    'Bearer TOKEN',
    'authorization',
    'authorization=Bearer TOKEN',
    '=a',
    'a=',
    'a=b,',
    'a=%z',
    'a=b%0Ac',
    'a=b%00',
    'a=%E2%82%AC',
  ])('is %j in OTEL_EXPORTER_OTLP_HEADERS, whose value is not shown', (written) => {
    expect(faultOf({ OTEL_EXPORTER_OTLP_HEADERS: written })).toMatch(
      /^[^\n]*OTEL_EXPORTER_OTLP_HEADERS: (?!.*TOKEN is not).*such as authorization=Bearer%20TOKEN/m,
    );
  });

  it('is a prediction log that would go to two places', () => {
    expect(faultOf({ PROTECT_DOCS: 'true' })).toMatch(/PROTECT_DOCS: is true, but API_KEYS is not/);
    expect(faultOf({ PREDICTION_LOG_DIR: 'log', PREDICTION_STREAM: 'predictions' })).toMatch(
      /PREDICTION_STREAM: is set, and PREDICTION_LOG_DIR is too; .*set one of them/,
    );
  });

  it.each(['REDIS_USERNAME', 'REDIS_PASSWORD'])('is %s without REDIS_URL', (name) => {
    expect(faultOf({ [name]: 'hunter2' })).toMatch(
      new RegExp(`${name}: is set, but REDIS_URL is not`),
    );
  });
});
