import { describe, expect, it } from '@jest/globals';
import { estimateCost } from '../../cli/cost/estimate.ts';
import { SCALING_ALARMS } from '../../cli/cost/monitoring.ts';
import { alarmedMetrics } from '../../lib/monitoring/stage-alarms.ts';
import { type Context, readStageConfig } from '../../lib/stage-config.ts';
import { type DimensionedMetricName, METRICS } from '../../service/contract/metrics.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

/** Metrics that the alarms of a template watch. */
function watchedByTemplate(context: Context): number {
  return allOf(synthesize(context), 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => {
      const [first] = Properties.Metrics ?? [];
      // A query watches one metric for each value of the dimension that it sums over.
      const queried = /^SELECT SUM\("(\w+)"\)/.exec(first?.Expression ?? '')?.[1];
      if (queried !== undefined) return METRICS[queried as DimensionedMetricName].dimensionValues;
      const stats = Properties.Metrics?.filter(
        ({ MetricStat }: { MetricStat?: object }) => MetricStat,
      );
      return stats?.length || 1;
    })
    .reduce((sum: number, count: number) => sum + count, 0);
}

describe('the number of alarmed metrics in the cost estimate', () => {
  it.each<[string, Context]>([
    ['dev', CONTEXT.dev],
    ['prod', CONTEXT.prod],
    ['dev with bulk scoring', { ...CONTEXT.dev, bulk: 'true' }],
    [
      'dev with an offline store, a copy of the store and canary releases',
      { ...CONTEXT.dev, offlineStore: 'true', valkeyReplicas: '1', deployment: 'canary' },
    ],
  ])('equals the number that the template of %s watches', (_name, context) => {
    expect(alarmedMetrics(readStageConfig(context))).toBe(watchedByTemplate(context));
  });
});

/** The resources that the estimate counts must be the resources of the templates. */
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:k-AbCdEf';
const OPTIONS: Context = {
  ...CONTEXT.prod,
  imageUri: undefined,
  imageBuild: 'codebuild',
  offlineStore: true,
  bulk: true,
  probe: true,
  domainName: 'sentiment.example.org',
  hostedZoneId: 'Z0123456789ABC',
  hostedZoneName: 'example.org',
  alertEmail: 'someone@example.org',
  monthlyBudgetUsd: 600,
  apiKeysSecretArn: SECRET,
  kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555',
};

describe.each([
  ['dev', CONTEXT.dev],
  ['prod', CONTEXT.prod],
  ['prod with every option', OPTIONS],
] as const)('the cost of %s', (_stage, context) => {
  const app = synthesize(context);
  const load = { requestsPerDay: 0, hitRate: 0, predictionsPerSecondPerVcpu: 100 };
  const { components } = estimateCost(readStageConfig(context), load);
  const basis = (name: string) => components.find((component) => component.name === name)?.basis;

  it('counts the two alarms that each policy of autoscaling makes', () => {
    const policies = allOf(app, 'AWS::ApplicationAutoScaling::ScalingPolicy');
    expect(SCALING_ALARMS).toBe(2 * policies.length);
  });

  it('counts secrets, gateways and nodes', () => {
    const given = context === OPTIONS ? 1 : 0;
    const made = allOf(app, 'AWS::SecretsManager::Secret').length;
    expect(basis('secrets')).toBe(String(made + given));
    const gateways = allOf(app, 'AWS::EC2::NatGateway').length;
    expect(basis('NAT')).toMatch(gateways === 0 ? /^none$/ : new RegExp(`^${gateways} gateways`));
    const [group] = allOf(app, 'AWS::ElastiCache::ReplicationGroup');
    const { NumCacheClusters, CacheNodeType } = group!.Properties;
    expect(basis('Valkey')).toBe(`${NumCacheClusters} x ${CacheNodeType}`);
  });

  it('counts the rules of the firewall', () => {
    const [acl] = allOf(app, 'AWS::WAFv2::WebACL');
    expect(basis('firewall')).toBe(acl ? `${acl.Properties.Rules.length} rules` : 'none');
  });

  it('has nothing at rest that the estimate does not know', () => {
    /** Counted by a component, or named as not counted. */
    const known = [
      'AWS::ECS::Service',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::ElastiCache::ReplicationGroup',
      'AWS::EC2::NatGateway',
      'AWS::EC2::EIP',
      'AWS::WAFv2::WebACL',
      'AWS::Logs::LogGroup',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::CompositeAlarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::SecretsManager::Secret',
      'AWS::KinesisFirehose::DeliveryStream',
      'AWS::S3::Bucket',
      'AWS::Lambda::Function',
      'AWS::CodeBuild::Project',
      'AWS::ECR::Repository',
      'AWS::Athena::WorkGroup',
      'AWS::Budgets::Budget',
      'AWS::CertificateManager::Certificate',
      'AWS::Route53::RecordSet',
    ];
    const free =
      /^AWS::(CDK|IAM|EC2::(?!NatGateway|EIP|Instance|VPCEndpoint$)|ElasticLoadBalancingV2|ElastiCache|ECS|S3::(?!Bucket$)|Lambda::(?!Function$)|Athena::NamedQuery|Glue|ApplicationAutoScaling|WAFv2|SNS|Logs|Events|StepFunctions)|^Custom::/;
    const types = new Set(
      app.templates.flatMap(({ template }) =>
        Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
          ({ Type }) => Type,
        ),
      ),
    );
    // The gateway endpoint of S3 is free; others are not, so it is looked at by itself.
    types.delete('AWS::EC2::VPCEndpoint');
    expect([...types].filter((type) => !known.includes(type) && !free.test(type))).toEqual([]);
    for (const { Properties } of allOf(app, 'AWS::EC2::VPCEndpoint')) {
      expect(Properties.VpcEndpointType).toBe('Gateway');
    }
  });
});
