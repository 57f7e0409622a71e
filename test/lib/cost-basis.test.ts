import { describe, expect, it } from '@jest/globals';
import { estimateCost } from '../../cli/cost/estimate.ts';
import { ALARMED_METRICS, DIMENSION_VALUES, SCALING_ALARMS } from '../../cli/cost/monitoring.ts';
import { readStageConfig } from '../../lib/stage-config.ts';
import { allOf, CONTEXT, synthesise } from './synthesise.ts';

/** What the estimate counts must be what the templates hold. */
describe.each(['dev', 'prod'] as const)('the cost of %s', (stage) => {
  const app = synthesise(CONTEXT[stage]);
  const load = { requestsPerDay: 0, hitRate: 0, predictionsPerSecondPerVcpu: 100 };
  const { components } = estimateCost(readStageConfig(CONTEXT[stage]), load);
  const basis = (name: string) => components.find((component) => component.name === name)?.basis;

  it('counts the metrics that alarms watch', () => {
    const metrics = allOf(app, 'AWS::CloudWatch::Alarm').map(({ Properties }) => {
      const [first] = Properties.Metrics ?? [];
      // A query watches a metric for each value of the dimension that it sums over.
      if (first?.Expression?.startsWith('SELECT SUM(FeatureStoreErrors)')) {
        return DIMENSION_VALUES.FeatureStoreErrors;
      }
      const stats = Properties.Metrics?.filter(
        ({ MetricStat }: { MetricStat?: object }) => MetricStat,
      );
      return stats?.length || 1;
    });
    const total = metrics.reduce((sum, count) => sum + count, 0);
    expect(ALARMED_METRICS[stage === 'prod' ? 'canary' : 'rolling']).toBe(total);
  });

  it('counts the two alarms that each policy of autoscaling makes', () => {
    const policies = allOf(app, 'AWS::ApplicationAutoScaling::ScalingPolicy');
    expect(SCALING_ALARMS).toBe(2 * policies.length);
  });

  it('counts secrets, gateways and nodes', () => {
    expect(basis('secrets')).toBe(String(allOf(app, 'AWS::SecretsManager::Secret').length));
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
    const priced = [
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
    ];
    const free =
      /^AWS::(CDK|IAM|EC2::(?!NatGateway|EIP|Instance|VPCEndpoint$)|ElasticLoadBalancingV2|ElastiCache|ECS|S3|Lambda|ApplicationAutoScaling|WAFv2|SNS|Logs|CertificateManager)|^Custom::/;
    const types = new Set(
      app.templates.flatMap(({ template }) =>
        Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
          ({ Type }) => Type,
        ),
      ),
    );
    // The gateway endpoint of S3 is free; others are not, so it is looked at by itself.
    types.delete('AWS::EC2::VPCEndpoint');
    expect([...types].filter((type) => !priced.includes(type) && !free.test(type))).toEqual([]);
    for (const { Properties } of allOf(app, 'AWS::EC2::VPCEndpoint')) {
      expect(Properties.VpcEndpointType).toBe('Gateway');
    }
  });
});
