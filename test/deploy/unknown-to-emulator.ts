import { editTemplates, type Resource, type Template } from './assembly.ts';

/**
 * Resources that the emulator cannot create, with as few properties as possible. They are removed
 * from the templates that are deployed there; assertions and cfn-lint cover them. A test tries each
 * alone, so that the list stays current.
 */
export const UNKNOWN: readonly Resource[] = [
  { Type: 'AWS::ApplicationAutoScaling::ScalableTarget' },
  { Type: 'AWS::ApplicationAutoScaling::ScalingPolicy' },
  { Type: 'AWS::Athena::NamedQuery' },
  { Type: 'AWS::CloudWatch::CompositeAlarm' },
  { Type: 'AWS::ECS::ClusterCapacityProviderAssociations' },
  { Type: 'AWS::EC2::EIP' },
  { Type: 'AWS::EC2::FlowLog' },
  { Type: 'AWS::EC2::NatGateway' },
  { Type: 'AWS::EC2::SecurityGroupEgress' },
  { Type: 'AWS::EC2::SecurityGroupIngress' },
  { Type: 'AWS::Logs::QueryDefinition' },
  { Type: 'AWS::WAFv2::LoggingConfiguration' },
  { Type: 'AWS::WAFv2::WebACLAssociation' },
  // It creates alarms on a single metric only, none on an expression (Metrics).
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
 * Custom resources of aws-cdk-lib. Their functions need the SDK for EC2, which is not installed, or
 * answer to an HTTPS URL, which the emulator does not give them.
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

/** Removes the resources that the emulator does not know from every template of an assembly. */
export function stripAssembly(folder: string): void {
  editTemplates(folder, strip);
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

/** Replaces references to removed resources by text, which the emulator hardly reads. */
function withoutReferences(value: unknown, gone: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutReferences(entry, gone));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, target] = ['', '']] = entries;
  const id = name === 'Ref' ? target : name === 'Fn::GetAtt' ? [target].flat()[0] : undefined;
  if (entries.length === 1 && typeof id === 'string' && gone.has(id)) return `left-out-${id}`;
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutReferences(entry, gone)]));
}
