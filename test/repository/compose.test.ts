import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../service/config/config.ts';
import { PATHS } from '../../service/contract/http.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';

interface Compose {
  readonly services: Readonly<
    Record<
      'service' | 'feature-store',
      {
        readonly environment: Readonly<Record<string, string>>;
        readonly ports: readonly string[];
        readonly depends_on: Readonly<Record<string, { condition: string }>>;
        readonly healthcheck: { readonly test: readonly string[] };
        readonly stop_grace_period: string;
      }
    >
  >;
}

interface Override {
  readonly services: {
    readonly service: {
      readonly environment: Readonly<Record<string, string>>;
      readonly volumes: readonly string[];
    };
  };
}

interface Scrapes {
  readonly scrape_configs: readonly {
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  }[];
}

const { services } = parse(readFileSync('compose.yaml', 'utf8')) as Compose;
const { environment, ports, healthcheck, stop_grace_period } = services.service;
const config = loadConfig(environment);

describe('compose.yaml', () => {
  it('sets variables of the contract only, to what the configuration takes', () => {
    expect(Object.keys(ENVIRONMENT)).toEqual(expect.arrayContaining(Object.keys(environment)));
  });

  it('keeps its store, model and addresses beside a .env that names those of the machine', () => {
    const dotEnv = {
      HOST: '127.0.0.1',
      PORT: '4000',
      REDIS_URL: 'rediss://cache.example.org:6379/3',
      REDIS_USERNAME: 'tss',
      MODELS_DIR: '/srv/models',
      METRICS: 'off',
      METRICS_PORT: '9500',
    };
    expect(loadConfig({ ...dotEnv, ...environment })).toEqual(config);
    expect(readFileSync('Dockerfile', 'utf8')).toContain(` MODELS_DIR=${environment.MODELS_DIR} `);
  });

  it('keeps the prediction log where the override of docs/container.md mounts a folder', () => {
    const [, override] = /```yaml\n(services:.*?)```/s.exec(
      readFileSync('docs/container.md', 'utf8'),
    )!;
    const { service } = (parse(override!) as Override).services;
    const { predictionLog } = loadConfig({ ...environment, ...service.environment });
    const [, dir] = /^\.\/predictions:(.*)$/.exec(service.volumes[0]!)!;
    expect(predictionLog).toMatchObject({ kind: 'file', dir });
  });

  it('publishes the port of the service as PORT, on this machine only', () => {
    expect(config.listen.host).toBe('0.0.0.0');
    const { PORT } = ENVIRONMENT;
    expect(ports).toEqual([`127.0.0.1:\${PORT:-${PORT.default}}:${config.listen.port}`]);
  });

  it('asks readiness', () => {
    expect(healthcheck.test.at(-1)).toContain(
      `'http://127.0.0.1:${config.listen.port}${PATHS.readiness}'`,
    );
  });

  it('starts on engines before Docker 25, which refuse start_interval', () => {
    for (const service of Object.values(services)) {
      expect(service.healthcheck ?? {}).not.toHaveProperty('start_interval');
    }
  });

  it('keeps features in the store that it waits for', () => {
    const store = new URL(config.featureStore.redis?.url ?? '').hostname;
    expect(services.service.depends_on).toEqual({ [store]: { condition: 'service_healthy' } });
    expect(Object.keys(services)).toContain(store);
  });

  it('has metrics where docs/observability/prometheus.yaml looks for them', () => {
    const { scrape_configs } = parse(
      readFileSync('docs/observability/prometheus.yaml', 'utf8'),
    ) as Scrapes;
    expect(config.metrics.kind).toBe('prometheus');
    expect(scrape_configs.flatMap(({ static_configs }) => static_configs)).toEqual([
      { targets: [`service:${config.metrics.port}`] },
    ]);
  });

  it('gives the service the time it may take to stop', () => {
    expect(stop_grace_period).toMatch(/^\d+s$/);
    expect(Number.parseInt(stop_grace_period, 10) * 1_000).toBeGreaterThan(
      config.shutdownTimeoutMs,
    );
  });
});
