import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateCost, type Load } from '../../../cli/cost/estimate.ts';
import { PRICE_LIST } from '../../../cli/cost/price-list.ts';
import { BYTES_PER_TWEET } from '../../../cli/cost/store-size.ts';
import * as prices from '../../../cli/kit/prices.ts';
import { alarmedMetrics } from '../../../lib/monitoring/stage-alarms.ts';
import { readStageConfig } from '../../../lib/stage-config.ts';

const CERTIFICATE = { certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc' };
const X_TOKEN = {
  xBearerTokenSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf',
};
const AT_REST: Load = { requestsPerDay: 0, hitRate: 0, predictionsPerSecondPerVcpu: 187 };

const dev = (context = {}) => readStageConfig({ stage: 'dev', ...context });
const prod = (context = {}) => readStageConfig({ stage: 'prod', ...CERTIFICATE, ...context });

function amount({ components }: ReturnType<typeof estimateCost>, name: string): number {
  const found = components.find((component) => component.name === name);
  if (!found) throw new Error(`There is no component ${name}.`);
  return found.usdPerMonth;
}

describe('the cost of a stage at rest', () => {
  const estimate = estimateCost(dev(), AT_REST);

  it('is that of what always runs, computed by hand for dev', () => {
    expect(amount(estimate, 'tasks')).toBeCloseTo(730 * (0.04048 + 2 * 0.004445), 6);
    expect(amount(estimate, 'Valkey')).toBeCloseTo(730 * 0.0128, 6);
    expect(amount(estimate, 'load balancer')).toBeCloseTo(730 * 0.0225, 6);
    expect(amount(estimate, 'public IPv4')).toBeCloseTo(730 * 3 * 0.005, 6);
    expect(amount(estimate, 'NAT')).toBe(0);
    // One metric is sent when idle; the alarms of autoscaling watch 4.
    const alarmed = alarmedMetrics(dev()) + 4;
    expect(amount(estimate, 'metrics and alarms')).toBeCloseTo(
      0.3 + alarmed * 0.1 + 2 * 0.5 + 3,
      6,
    );
    // 27 bytes a second are 0.071 GB a month, of which a quarter is kept for a week.
    expect(amount(estimate, 'logs')).toBeCloseTo(0.070956 * (0.5 + (7 / (730 / 24)) * 0.03), 6);
    expect(estimate.usdPerMillionPredictions).toBeNull();
  });

  it('is that of what always runs, computed by hand for prod', () => {
    const inProd = estimateCost(prod(), AT_REST);
    expect(amount(inProd, 'tasks')).toBeCloseTo(730 * 2 * (2 * 0.04048 + 4 * 0.004445), 6);
    expect(amount(inProd, 'Valkey')).toBeCloseTo(730 * 2 * 0.1264, 6);
    // The logs go by way of NAT.
    expect(amount(inProd, 'NAT')).toBeCloseTo(730 * 2 * 0.045 + 2 * 0.070956 * 0.045, 6);
    expect(amount(inProd, 'public IPv4')).toBeCloseTo(730 * 4 * 0.005, 6);
    expect(amount(inProd, 'firewall')).toBe(5 + 2);
    expect(amount(inProd, 'secrets')).toBeCloseTo(3 * 0.4, 6);
    const alarmed = alarmedMetrics(prod()) + 4;
    expect(amount(inProd, 'metrics and alarms')).toBeCloseTo(0.3 + alarmed * 0.1 + 2 * 0.5 + 3, 6);
  });

  it('is the sum of its components', () => {
    const sum = estimate.components.reduce((total, { usdPerMonth }) => total + usdPerMonth, 0);
    expect(estimate.usdPerMonth).toBeCloseTo(sum, 9);
  });

  it.each([
    ['arm64', dev(), dev({ architecture: 'arm64' }), 'tasks'],
    ['fewer tasks', prod({ minTasks: '3' }), prod(), 'tasks'],
    ['no copy of the store', dev({ valkeyReplicas: '1' }), dev(), 'Valkey'],
    ['public addresses instead of NAT', prod(), prod({ egress: 'public' }), 'NAT'],
    ['no firewall', prod(), prod({ webFirewall: 'false' }), 'firewall'],
    ['logs kept shorter', prod(), prod({ logDays: '1' }), 'logs'],
  ])('is lower with %s', (_name, dearer, cheaper, component) => {
    expect(amount(estimateCost(cheaper, AT_REST), component)).toBeLessThan(
      amount(estimateCost(dearer, AT_REST), component),
    );
  });
});

describe('the cost under load', () => {
  const load = (requestsPerDay: number, hitRate = 0.5): Load => ({
    requestsPerDay,
    hitRate,
    predictionsPerSecondPerVcpu: 187,
  });

  it('counts a paid read of post and author for each miss where there is a token, else none', () => {
    const misses = (1_000 * 0.2 * prices.HOURS_PER_MONTH) / 24;
    const reads = (config: ReturnType<typeof prod>) =>
      amount(estimateCost(config, load(1_000, 0.8)), 'X reads');
    expect(reads(prod(X_TOKEN))).toBeCloseTo(misses * 0.015, 6);
    expect(reads(prod())).toBe(0);
  });

  it('knows a load that reads more posts than X sells without an Enterprise plan', () => {
    const exceeds = (requestsPerDay: number, config = prod(X_TOKEN)) =>
      estimateCost(config, load(requestsPerDay, 0)).tooManyXReads;
    // A month has 30.4 days.
    expect([exceeds(98_000), exceeds(99_000), exceeds(99_000, prod())]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('runs as many tasks as the misses need, within the bounds', () => {
    // 187 x 2 vCPU at 70 % are 261.8 a second.
    const perTaskDay = 261.8 * 86_400;
    expect(estimateCost(prod(), load(1.9 * perTaskDay, 0)).tasks).toBe(2);
    expect(estimateCost(prod(), load(2.1 * perTaskDay, 0)).tasks).toBe(3);
    const many = estimateCost(prod(), load(20 * perTaskDay, 0));
    expect(many).toMatchObject({ tasks: 10, tooFewTasks: true });
  });

  it('pays for metrics in the hours that see requests', () => {
    const of = (requestsPerDay: number) =>
      amount(estimateCost(dev(), load(requestsPerDay)), 'metrics and alarms');
    const all = of(1e6) - of(0);
    expect(of(12) - of(0)).toBeCloseTo(all / 2, 6);
    expect(of(24)).toBeCloseTo(of(1e6), 6);
  });

  it('counts the answers sent to the internet', () => {
    const gigabytes = (1e6 * (730 / 24) * 870) / 1e9;
    expect(amount(estimateCost(dev(), load(1e6)), 'data out')).toBeCloseTo(gigabytes * 0.09, 6);
  });

  it('counts the records of an offline store, each as 5 KB', () => {
    const gigabytes = (1e6 * 0.5 * (730 / 24) * 5_120) / 1e9;
    const store = (context = {}) => amount(estimateCost(dev(context), load(1e6)), 'offline store');
    const queries = (gigabytes * 70 * 0.07) / 741;
    // Written every 15 minutes, long before 128 MB have come together.
    const objects = (4 * 730 * 0.005) / 1_000;
    // 500,000 records a day of 32 bytes, each kept for 400 days.
    const kept = ((5e5 * 400 * 32) / 1e9) * 0.023;
    const expected = gigabytes * (0.029 + 0.018 + 0.02) + queries + objects + kept;
    expect(store({ offlineStore: 'true' })).toBeCloseTo(expected, 6);
    expect(store()).toBe(0);
  });

  it('counts the lines of the access log for as long as they are kept', () => {
    const gigabytes = (1e6 * 7 * 125) / 1e9;
    expect(amount(estimateCost(dev(), load(1e6)), 'access log')).toBeCloseTo(gigabytes * 0.023, 6);
  });

  it('takes only what is above the minimum from Spot', () => {
    const needed = load(5 * 261.8 * 86_400 * 0.99, 0);
    const context = { deployment: 'rolling' };
    const onDemand = amount(estimateCost(prod(context), needed), 'tasks');
    const spot = amount(estimateCost(prod({ ...context, spot: 'true' }), needed), 'tasks');
    expect(spot / onDemand).toBeCloseTo((2 + 3 * 0.3) / 5, 6);
  });

  it('never falls when requests rise or hits fall', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (more, less, hits, misses) => {
          const [requests, fewer] = [Math.max(more, less), Math.min(more, less)];
          const [low, high] = [Math.min(hits, misses), Math.max(hits, misses)];
          const dear = estimateCost(prod(X_TOKEN), load(requests, low)).usdPerMonth;
          const cheap = estimateCost(prod(X_TOKEN), load(fewer, high)).usdPerMonth;
          expect(dear).toBeGreaterThanOrEqual(cheap - 1e-6);
        },
      ),
    );
  });

  it('wants a price for the nodes of the store', () => {
    expect(() => estimateCost(dev({ valkeyNodeType: 'cache.m5.large' }), AT_REST)).toThrow(
      /The price of cache\.m5\.large is not in cli\/kit\/prices\.ts, which has .*; add it there/,
    );
  });

  it('knows the nodes of both presets', () => {
    for (const { valkeyNodeType } of [dev(), prod()]) {
      expect(prices.STORE_NODES[valkeyNodeType]?.hour).toBeGreaterThan(0);
    }
  });
});

describe('the cost of what is optional', () => {
  const KEYS = {
    apiKeysSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:k-AbCdEf',
  };
  const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';

  it('counts a probe every five minutes, and its reads of the API keys', () => {
    const of = (context: object) => amount(estimateCost(prod(context), AT_REST), 'probe');
    // 8,760 calls of a quarter of a GB-second.
    const calls = 0.00876 * 0.2 + 8_760 * 0.25 * 0.0000133334;
    expect(of({ probe: true })).toBeCloseTo(calls, 9);
    expect(of({ probe: true, ...KEYS })).toBeCloseTo(calls + 0.876 * 0.05, 9);
    expect(of({ probe: false })).toBe(0);
  });

  it('counts the key of the customer and the requests of the stage', () => {
    const context = { kmsKeyArn: KEY, probe: true, offlineStore: true, ...KEYS };
    const estimate = estimateCost(prod(context), { ...AT_REST, requestsPerDay: 1e6 });
    // Four objects an hour, and twelve reads of the API keys.
    expect(amount(estimate, 'customer key')).toBeCloseTo(1 + (730 * 16 * 0.03) / 10_000, 6);
    expect(amount(estimateCost(prod(), AT_REST), 'customer key')).toBe(0);
  });

  it('counts ten builds of five minutes by CodeBuild, which keeps twenty images', () => {
    const estimate = estimateCost(dev({ imageBuild: 'codebuild' }), AT_REST);
    expect(amount(estimate, 'image builds')).toBeCloseTo(50 * 0.01, 9);
    expect(amount(estimate, 'images')).toBeCloseTo(20 * 0.143 * 0.1, 9);
    expect(amount(estimateCost(dev(), AT_REST), 'image builds')).toBe(0);
  });

  it('names cost that it leaves out, each with a reason', () => {
    const names = (context: object) =>
      estimateCost(prod(context), AT_REST).notCounted.map(({ name }) => name);
    expect(names({})).toEqual(
      expect.arrayContaining(['flow log', "firewall's log", 'functions of a release']),
    );
    expect(names({ kmsKeyArn: KEY })).toContain('KMS requests of logs and Valkey');
    expect(names({ offlineStore: true })).toContain('Athena');
  });
});

describe('the list of prices', () => {
  /** Numbers of kit/prices.ts that are not prices. */
  const OTHER =
    /^(HOURS_PER_MONTH|SECONDS_PER_MONTH|DAYS_PER_MONTH|GIGABYTE|SPOT_DISCOUNT|X_MOST_READS_PER_MONTH)$|\.(connectionsPerSecond|gigabytesPerHour|gibibytes)$/;

  function numbers(value: unknown, path: string): [string, number][] {
    if (typeof value === 'number') return [[path, value]];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, one]) => numbers(one, `${path}.${key}`));
  }

  it('holds every price of an estimate', () => {
    const used = Object.entries(prices)
      .flatMap(([name, value]) => numbers(value, name))
      .filter(([path]) => !OTHER.test(path))
      .map(([, usd]) => usd);
    const ascending = (list: readonly number[]) => list.toSorted((a, b) => a - b);
    expect(ascending(PRICE_LIST.map(({ usd }) => usd))).toEqual(ascending(used));
  });

  it('names a page for each', () => {
    for (const { source } of PRICE_LIST) expect(new URL(source).protocol).toBe('https:');
  });
});

describe('the size of the store', () => {
  const load = (requestsPerDay: number): Load => ({ ...AT_REST, requestsPerDay, hitRate: 0.8 });

  it('is misses a day times lifetime times bytes, computed by hand for the preset', () => {
    const { store } = estimateCost(prod(), load(1e6));
    // 362 bytes for 60 days, 224 for 500 days and 403 for 400 days.
    expect(store.bytes).toBeCloseTo(200_000 * (362 * 60 + 224 * 500 + 403 * 400), -3);
  });

  it('falls with the lifetimes in the environment of the stage', () => {
    const environment = { FEATURE_TTL_SECONDS: '86400', AGGREGATE_TTL_DAYS: '4' };
    const { store } = estimateCost(prod({ environment }), load(1e6));
    expect(store.bytes).toBeCloseTo(200_000 * (362 + 224 * 5 + 403 * 4), -3);
  });

  it.each([
    ['cache.t4g.micro', 0.5 * 0.5],
    ['cache.t4g.small', 1.37 * 0.75],
    ['cache.m7g.large', 6.38 * 0.75],
  ])('%s holds its memory without the reserve of ElastiCache', (valkeyNodeType, gibibytes) => {
    const { store } = estimateCost(dev({ valkeyNodeType }), AT_REST);
    expect(store.capacityBytes).toBeCloseTo(gibibytes * 2 ** 30, 0);
  });

  it('names the cheapest node that holds it, whatever the load', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3e7 }), (requestsPerDay) => {
        const { store } = estimateCost(prod(), load(requestsPerDay));
        const holds = (valkeyNodeType: string) =>
          estimateCost(prod({ valkeyNodeType }), load(requestsPerDay)).store.fits;
        const cheaper = Object.entries(prices.STORE_NODES)
          .filter(([, { hour }]) => 1_460 * hour < (store.cheapest?.usdPerMonth ?? Infinity) - 1e-6)
          .map(([type]) => type);
        expect(cheaper.filter(holds)).toEqual([]);
        if (store.cheapest) expect(holds(store.cheapest.nodeType)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('pays for each snapshot of it but the newest', () => {
    const { store, ...estimate } = estimateCost(prod({ valkeySnapshotDays: '3' }), load(1e5));
    const expected = (2 * store.bytes * 0.085) / 1e9;
    expect(amount({ store, ...estimate }, 'snapshots')).toBeCloseTo(expected, 6);
    const one = estimateCost(prod({ valkeySnapshotDays: '1' }), load(1e5));
    expect(amount(one, 'snapshots')).toBe(0);
  });
});
describe('the documentation', () => {
  it.each([
    ['dev', dev()],
    ['prod', prod()],
  ])('says what %s costs at rest', (stage, config) => {
    const document = readFileSync('README.md', 'utf8');
    const total = Math.round(estimateCost(config, AT_REST).usdPerMonth);
    expect(document).toContain(`| ${stage} | $${total} |`);
  });

  it.each([
    ['dev', dev()],
    ['prod', prod()],
  ])('names the vCPUs that a release of %s needs', (stage, config) => {
    const document = readFileSync('docs/operations.md', 'utf8').replaceAll(/\s+/g, ' ');
    const vcpus = (2 * config.maxTasks * config.taskCpu) / 1_024;
    expect(document).toMatch(new RegExp(`\\b${vcpus}( vCPUs)? for ${stage}\\b`));
  });

  it('takes the bytes of a tweet from the measured table', () => {
    const document = readFileSync('docs/feature-store-format.md', 'utf8');
    const measured = (keys: string) =>
      Number(document.match(new RegExp(`\\| ${keys} \\| [\\d,]+ \\| (\\d+) \\|`))?.[1]);
    // A row without its text takes 128 bytes less.
    const [, all = ''] = document.match(/\| bytes a tweet, all in \|.* ([\d,]+) \|\n/) ?? [];
    const withoutText = Number(all.replace(',', '')) - (measured('row') - 280);
    expect(BYTES_PER_TWEET.index).toBe(measured('index'));
    const { row, index, aggregates } = BYTES_PER_TWEET;
    expect(row + index + aggregates).toBe(withoutText);
  });
});
