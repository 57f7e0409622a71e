import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { FIXED_KEYS } from '../../lib/stage-config/deployed-values.ts';
import type { Context } from '../../lib/stage-config.ts';
import { awsTool } from '../helpers/aws-tool.ts';
import { CHANGES, DEV, PROD, templatesOf } from './changes.ts';
import { CERTIFICATE_ARN, type Resource } from './synthesize.ts';

/**
 * Task definitions of a release, a table's description, and a budget without a fixed name. Every other
 * replacement is a fault.
 */
const REPLACEABLE =
  /^((service|bulk)\/AWS::ECS::TaskDefinition|bulk\/AWS::Glue::Table: DatabaseName$|observability\/AWS::Budgets::Budget: NotificationsWithSubscribers$)/;

/** Paths below the properties of each type that CloudFormation can only set at creation, by its own schemas. */
function createOnlyPaths(types: readonly string[]): Record<string, readonly string[]> {
  const script = `
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
def of(name):
    if name.startswith("Custom::"): return []
    schema = schemas.get_resource_schema("us-east-1", name).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    return [path.split("/properties/")[1].split("/*")[0] for path in paths]
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
    [...templatesOf(context)].flatMap(([part, { Resources }]) =>
      Object.entries(Resources).map(([id, resource]) => [`${part}/${id}`, resource] as const),
    ),
  );

const typesOfAll = () => [
  ...new Set(
    CHANGES.flatMap(([, before]) => [...resourcesOf(before).values()].map(({ Type }) => Type)),
  ),
];

let schemas: Record<string, readonly string[]> | undefined;

/** JSON of the value at a path such as `Budget/BudgetName`. */
const at = ({ Properties }: Resource, path: string) =>
  JSON.stringify(path.split('/').reduce((value, key) => value?.[key], Properties));

/** Resources that the change replaces, as `stack/Type`, with the create-only properties. */
function replaced(before: Context, after: Context): string[] {
  schemas ??= createOnlyPaths(typesOfAll());
  const createOnly = schemas;
  const next = resourcesOf(after);
  return [...resourcesOf(before)].flatMap(([id, resource]) => {
    const now = next.get(id);
    if (!now) return [];
    const changed = (createOnly[resource.Type] ?? []).filter(
      (path) => at(resource, path) !== at(now, path),
    );
    return changed.length > 0
      ? [`${id.split('/')[0]}/${resource.Type}: ${changed.join(', ')}`]
      : [];
  });
}

/** Ports of new listeners that a listener holds until the end of the update. */
function takenPorts(before: Context, after: Context): number[] {
  const listeners = (context: Context) =>
    [...resourcesOf(context)].filter(([, { Type }]) => Type.endsWith('::Listener'));
  const [old, next] = [new Map(listeners(before)), new Map(listeners(after))];
  const held = [...old].filter(([id]) => !next.has(id)).map(([, one]) => one.Properties.Port);
  return [...next]
    .filter(([id]) => !old.has(id))
    .map(([, { Properties }]) => Properties.Port)
    .filter((port) => held.includes(port));
}

/** Changes with steps in "Changes that need care", and what CloudFormation would do without them. */
const WITH_STEPS: Readonly<Record<string, readonly string[]>> = {
  'dev -> spot=true': ['service/AWS::ECS::Service: LaunchType'],
  [`dev -> certificateArn=${CERTIFICATE_ARN}`]: [
    'service/AWS::ElasticLoadBalancingV2::ListenerRule: ListenerArn',
    'taken: 80',
  ],
};

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
    const found = replaced(PROD, { ...PROD, [key]: to }).filter((one) => !REPLACEABLE.test(one));
    const types = new Set(found.map((one) => /\/(\S+):/.exec(one)?.[1]));
    expect([...types]).toEqual(expect.arrayContaining([...replaces]));
  });
});

describe('a change of a live stage', () => {
  it('is tried for 25 values or more, both ways', () => {
    expect(new Set(CHANGES.map(([name]) => name)).size).toBeGreaterThanOrEqual(50);
  });

  it.each(CHANGES)(
    'replaces no resource but the task definition, unless it has steps: %s',
    (name, before, after) => {
      const found = [
        ...replaced(before, after).filter((one) => !REPLACEABLE.test(one)),
        ...takenPorts(before, after).map((port) => `taken: ${port}`),
      ];
      expect(found).toEqual(WITH_STEPS[name.replace(', taken back', '')] ?? []);
    },
  );

  it.each([
    ['dev', DEV, { ...DEV, deployment: 'canary' }],
    ['prod', PROD, { ...PROD, deployment: 'rolling' }],
  ] as const)('of the deployment strategy of %s leaves the way to the tasks alone', (...change) => {
    const [, before, after] = change;
    const way = (context: Context) =>
      [...resourcesOf(context)]
        .filter(([id, { Type }]) => Type.includes('LoadBalancing') && !id.includes('Test'))
        .map(([id, { Type, Properties }]) => [id, Type, Properties]);
    expect(way(after)).toEqual(way(before));
  });
});
