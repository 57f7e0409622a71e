import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Context, readStageConfig } from '../../lib/stage-config.ts';
import { CONTEXT, synthesise } from './synthesise.ts';

const SUBNETS = (first: number) => [`subnet-0000000${first}`, `subnet-0000000${first + 1}`];
const ARN = (service: string, name: string) =>
  `arn:aws:${service}:eu-central-1:123456789012:${name}`;

/** Choices that change resources; values at the bounds of what is accepted. */
const OPTIONS: Readonly<Record<string, readonly Context[]>> = {
  preset: [CONTEXT.dev, CONTEXT.prod],
  network: [
    {},
    {
      vpcCidr: '172.16.240.0/20',
      zones: 3,
      zoneNames: 'eu-central-1a,eu-central-1b,eu-central-1c',
    },
    {
      vpcId: 'vpc-0a1b2c3d',
      loadBalancerSubnetIds: SUBNETS(1),
      taskSubnetIds: SUBNETS(3),
      storeSubnetIds: SUBNETS(5),
    },
  ],
  callers: [{}, { loadBalancer: 'internal' }, { allowedCidrs: '203.0.113.0/24' }],
  egress: [{ egress: 'nat', natGateways: 1 }, { egress: 'public' }],
  delivery: [
    { deployment: 'rolling' },
    { deployment: 'rolling', spot: true },
    { deployment: 'canary', canaryMinutes: 990, canaryPercent: 50 },
  ],
  task: [{}, { taskCpu: 8192, taskMemoryMiB: 61440, maxTasks: 100, architecture: 'arm64' }],
  store: [
    { valkeyReplicas: 1, valkeySnapshotDays: 0 },
    { valkeyReplicas: 5, valkeySnapshotDays: 35, valkeyNodeType: 'cache.t4g.micro' },
  ],
  firewall: [{ webFirewall: true, requestsPerFiveMinutes: 100 }, { webFirewall: false }],
  keys: [
    {},
    {
      certificateArn: CONTEXT.prod.certificateArn,
      apiKeysSecretArn: ARN('secretsmanager', 'secret:k-AbCdEf'),
    },
  ],
  customer: [
    {},
    {
      kmsKeyArn: ARN('kms', 'key/11111111-2222-3333-4444-555555555555'),
      permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
      tags: { 'cost-center': '1234' },
    },
  ],
  data: [
    { offlineStore: true, offlineDays: 1, retainData: true },
    { retainData: false, logDays: 1 },
  ],
  alerts: [{}, { alertEmail: 'a@example.org', monthlyBudgetUsd: 1 }],
};
const NAMES = Object.keys(OPTIONS);
const COMBINATIONS = 8;

/** Context of a combination; undefined: the contract refuses it. */
function accepted(choices: readonly number[]): Context | undefined {
  const context = Object.assign({}, ...NAMES.map((name, at) => OPTIONS[name]![choices[at]!]));
  try {
    readStageConfig(context);
    return context;
  } catch {
    return undefined;
  }
}

const pairsOf = (choices: readonly number[]) =>
  choices.flatMap((a, i) =>
    choices.slice(i + 1).map((b, offset) => `${i}=${a},${i + 1 + offset}=${b}`),
  );

/** Combinations that cover as many pairs of choices as so few can, the same in every run. */
function coveringCombinations(): Context[] {
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const covered = new Set<string>();
  const chosen: Context[] = [];
  while (chosen.length < COMBINATIONS) {
    let best: { context: Context; fresh: string[] } | undefined;
    for (let candidate = 0; candidate < 60; candidate++) {
      const choices = NAMES.map((name) => random(OPTIONS[name]!.length));
      const context = accepted(choices);
      if (!context) continue;
      const fresh = pairsOf(choices).filter((pair) => !covered.has(pair));
      if (!best || fresh.length > best.fresh.length) best = { context, fresh };
    }
    for (const pair of best!.fresh) covered.add(pair);
    chosen.push(best!.context);
  }
  expect(covered.size).toBeGreaterThan(300);
  return chosen;
}

describe('pairs of accepted stage values', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pairs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('give templates in which cfn-lint finds no error, alarms within CloudWatch and roles that are bounded', () => {
    const seen = new Map<string, string>();
    const files = coveringCombinations().flatMap((context, index) =>
      synthesise(context).templates.map(({ part, template }) => {
        const json = template.toJSON();
        const text = JSON.stringify(json);
        const path = seen.get(text) ?? join(folder, `${index}-${part}.json`);
        seen.set(text, path);
        writeFileSync(path, text);
        expect(Object.keys(json.Resources).length).toBeLessThan(200);
        for (const { Type, Properties } of Object.values<{ Type: string; Properties: never }>(
          json.Resources,
        )) {
          checkResource(Type, Properties, context);
        }
        return path;
      }),
    );
    const { status, stdout } = spawnSync(
      '.tools/python/bin/cfn-lint',
      ['--non-zero-exit-code', 'error', '--ignore-checks', 'W', '--', ...new Set(files)],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

function checkResource(type: string, properties: Record<string, never>, context: Context): void {
  if (type === 'AWS::IAM::Role') {
    expect(properties.PermissionsBoundary).toBe(context.permissionsBoundaryArn);
  }
  if (type === 'AWS::CloudWatch::Alarm') {
    // CloudWatch looks back a day at most.
    const period = Number(properties.Period ?? 60);
    expect(period * Number(properties.EvaluationPeriods)).toBeLessThanOrEqual(86_400);
  }
}
