import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

interface Template {
  readonly Resources: Record<string, Resource>;
}

/**
 * What the emulator cannot create, each with the least of it. They are left out of what is
 * deployed there; assertions and cfn-lint cover them. A test tries each one alone, so that the
 * list does not grow old.
 */
export const UNKNOWN: readonly Resource[] = [
  { Type: 'AWS::ApplicationAutoScaling::ScalableTarget' },
  { Type: 'AWS::ApplicationAutoScaling::ScalingPolicy' },
  { Type: 'AWS::Athena::NamedQuery' },
  { Type: 'AWS::CloudWatch::CompositeAlarm' },
  { Type: 'AWS::EC2::EIP' },
  { Type: 'AWS::EC2::FlowLog' },
  { Type: 'AWS::EC2::NatGateway' },
  { Type: 'AWS::EC2::SecurityGroupEgress' },
  { Type: 'AWS::EC2::SecurityGroupIngress' },
  { Type: 'AWS::Logs::QueryDefinition' },
  { Type: 'AWS::WAFv2::LoggingConfiguration' },
  { Type: 'AWS::WAFv2::WebACLAssociation' },
  // Only alarms on a single metric: of those with Metrics, an expression, it knows none.
  {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'on-an-expression',
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Threshold: 1,
      Metrics: [{ Id: 'e', Expression: '1 + 1', Period: 60 }],
    },
  },
];

/**
 * The custom resources of aws-cdk-lib: their functions want the SDK for EC2, which the emulator's
 * do not have, or answer to a URL of HTTPS, which it does not give them, so that it waits.
 */
const CUSTOM = ['Custom::VpcRestrictDefaultSG', 'Custom::S3AutoDeleteObjects'];

export function isUnknown({ Type, Properties = {} }: Resource): boolean {
  return (
    CUSTOM.includes(Type) ||
    UNKNOWN.some(
      (unknown) =>
        unknown.Type === Type &&
        (unknown.Properties?.Metrics === undefined || Properties.Metrics !== undefined),
    )
  );
}

/** Takes what the emulator does not know out of every template of an assembly. */
export function stripAssembly(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.template.json'))) {
    const path = join(folder, name);
    const template = JSON.parse(readFileSync(path, 'utf8')) as Template;
    writeFileSync(path, JSON.stringify(strip(template)));
  }
}

function strip(template: Template): unknown {
  const gone = new Set(
    Object.entries(template.Resources)
      .filter(([, resource]) => isUnknown(resource))
      .map(([id]) => id),
  );
  const Resources = Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([id]) => !gone.has(id))
      .map(([id, resource]) => [
        id,
        { ...resource, DependsOn: [resource.DependsOn ?? []].flat().filter((on) => !gone.has(on)) },
      ]),
  );
  return withoutReferences({ ...template, Resources }, gone);
}

/** References to what is gone become text: the emulator looks at hardly any of it. */
function withoutReferences(value: unknown, gone: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutReferences(entry, gone));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, target] = ['', '']] = entries;
  const id = name === 'Ref' ? target : name === 'Fn::GetAtt' ? [target].flat()[0] : undefined;
  if (entries.length === 1 && typeof id === 'string' && gone.has(id)) return `left-out-${id}`;
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutReferences(entry, gone)]));
}
