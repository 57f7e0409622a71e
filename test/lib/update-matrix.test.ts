import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { FIXED_KEYS } from '../../lib/stage-config/deployed-values.ts';
import type { Context } from '../../lib/stage-config.ts';
import { awsTool } from '../helpers/aws-tool.ts';
import { CONTEXT, synthesize } from './synthesize.ts';

/** Name, configuration that is deployed, and configuration of the update. */
type Change = readonly [string, Context, Context];

const DEV: Context = CONTEXT.dev;
const PROD: Context = CONTEXT.prod;
const from = (stage: Context, name: string, value: string): Change => [
  `${String(stage.stage)} ${name}=${value}`,
  stage,
  { ...stage, [name]: value },
];
const back = ([name, before, after]: Change): Change => [`${name}, taken back`, after, before];

const CHANGES: readonly Change[] = [
  from(DEV, 'egress', 'nat'),
  from(DEV, 'deployment', 'canary'),
  from(DEV, 'spot', 'true'),
  from(DEV, 'architecture', 'arm64'),
  from(DEV, 'taskCpu', '512'),
  from(DEV, 'valkeyReplicas', '1'),
  from(DEV, 'valkeyNodeType', 'cache.m7g.large'),
  from(DEV, 'valkeySnapshotDays', '7'),
  from(DEV, 'offlineStore', 'true'),
  from(DEV, 'bulk', 'true'),
  from({ ...DEV, bulk: 'true' }, 'bulkTaskVcpus', '8'),
  from({ ...DEV, bulk: 'true' }, 'imageUri', 'example.org/tweet-sentiment:2'),
  from({ ...DEV, bulk: 'true' }, 'offlineStore', 'true'),
  from(DEV, 'webFirewall', 'true'),
  from(DEV, 'retainData', 'true'),
  from(DEV, 'logDays', '30'),
  from(DEV, 'alertEmail', 'someone@example.org'),
  from(DEV, 'imageUri', 'example.org/tweet-sentiment:2'),
  from(PROD, 'egress', 'public'),
  from(PROD, 'natGateways', '1'),
  from(PROD, 'deployment', 'rolling'),
  from(PROD, 'canaryPercent', '20'),
  from(PROD, 'valkeyReplicas', '2'),
  from(PROD, 'maxTasks', '20'),
  from(PROD, 'zones', '3'),
  from(PROD, 'allowedCidrs', '203.0.113.0/24'),
  from(PROD, 'tags', '{"cost-center":"1234"}'),
  from(PROD, 'permissionsBoundaryArn', 'arn:aws:iam::123456789012:policy/boundary'),
  from(PROD, 'probe', 'false'),
  from(PROD, 'requestsPerFiveMinutes', '1000'),
  from(
    PROD,
    'apiKeysSecretArn',
    'arn:aws:secretsmanager:eu-central-1:123456789012:secret:k-AbCdEf',
  ),
].flatMap((change) => [change, back(change)]);

/** Task definitions of a release, and a table's description. Every other replacement is a fault. */
const RELEASE = /^((service|bulk)\/AWS::ECS::TaskDefinition|bulk\/AWS::Glue::Table: DatabaseName$)/;

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Properties of each type that CloudFormation can only set at creation, by its own schemas. */
function createOnlyProperties(types: readonly string[]): Record<string, readonly string[]> {
  const script = `
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
def of(name):
    if name.startswith("Custom::"): return []
    schema = schemas.get_resource_schema("us-east-1", name).schema
    return [path.split("/")[2] for path in schema.get("createOnlyProperties", [])]
print(json.dumps({name: of(name) for name in json.load(sys.stdin)}))`;
  const { stdout, stderr } = spawnSync(awsTool('python'), ['-c', script], {
    input: JSON.stringify(types),
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(`The schemas could not be read: ${stderr}`);
  return JSON.parse(stdout);
}

const resourcesOf = (context: Context): Map<string, Resource> =>
  new Map(
    synthesize(context).templates.flatMap(({ part, template }) =>
      Object.entries(template.toJSON().Resources as Record<string, Resource>).map(
        ([id, resource]) => [`${part}/${id}`, resource] as const,
      ),
    ),
  );

const known = new Map<string, Map<string, Resource>>();
function synthesized(context: Context): Map<string, Resource> {
  const key = JSON.stringify(context);
  const resources = known.get(key) ?? resourcesOf(context);
  known.set(key, resources);
  return resources;
}

const typesOfAll = () => [
  ...new Set(
    CHANGES.flatMap(([, before]) => [...synthesized(before).values()].map(({ Type }) => Type)),
  ),
];

let schemas: Record<string, readonly string[]> | undefined;

/** Resources that the change replaces, as `stack/Type`, with the create-only properties. */
function replaced(before: Context, after: Context): string[] {
  schemas ??= createOnlyProperties(typesOfAll());
  const createOnly = schemas;
  const next = synthesized(after);
  return [...synthesized(before)].flatMap(([id, { Type, Properties = {} }]) => {
    const now = next.get(id)?.Properties;
    if (!now) return [];
    const changed = (createOnly[Type] ?? []).filter(
      (name) => JSON.stringify(Properties[name]) !== JSON.stringify(now[name]),
    );
    return changed.length > 0 ? [`${id.split('/')[0]}/${Type}: ${changed.join(', ')}`] : [];
  });
}

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** Values that can only be chosen at the first deployment: what AWS would have to replace. */
const FIXED: Readonly<
  Record<string, { readonly to: string; readonly replaces: readonly string[] }>
> = {
  vpcCidr: { to: '10.20.0.0/16', replaces: ['AWS::EC2::VPC', 'AWS::EC2::Subnet'] },
  loadBalancer: {
    to: 'internal',
    replaces: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
  },
  kmsKeyArn: { to: KEY, replaces: ['AWS::ElastiCache::ReplicationGroup'] },
  zoneNames: { to: 'eu-central-1b,eu-central-1c', replaces: ['AWS::EC2::Subnet'] },
};

describe('a value that can only be chosen at the first deployment', () => {
  it.each(Object.entries(FIXED))('is one that replaces what runs: %s', (key, { to, replaces }) => {
    expect(FIXED_KEYS).toContain(key);
    const found = replaced(PROD, { ...PROD, [key]: to }).filter((one) => !RELEASE.test(one));
    const types = new Set(found.map((one) => /\/(\S+):/.exec(one)?.[1]));
    expect([...types]).toEqual(expect.arrayContaining([...replaces]));
  });
});

describe('a change of a live stage', () => {
  it('is tried for 25 values or more, both ways', () => {
    expect(new Set(CHANGES.map(([name]) => name)).size).toBeGreaterThanOrEqual(50);
  });

  it.each(CHANGES)('replaces no resource but the task definition: %s', (_name, before, after) => {
    expect(replaced(before, after).filter((one) => !RELEASE.test(one))).toEqual([]);
  });

  it.each([
    ['dev', DEV, { ...DEV, deployment: 'canary' }],
    ['prod', PROD, { ...PROD, deployment: 'rolling' }],
  ] as const)('of the deployment strategy of %s leaves the way to the tasks alone', (...change) => {
    const [, before, after] = change;
    const way = (context: Context) =>
      [...synthesized(context)]
        .filter(([id, { Type }]) => Type.includes('LoadBalancing') && !id.includes('Test'))
        .map(([id, { Type, Properties }]) => [id, Type, Properties]);
    expect(way(after)).toEqual(way(before));
  });
});
