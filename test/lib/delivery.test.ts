import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../service/config/config.ts';
import { DEFAULT_PORT, KEEP_ALIVE_TIMEOUT_MS, PATHS } from '../../service/contract/http.ts';
import { allOf, CERTIFICATE_ARN, CONTEXT, Match, synthesize } from './synthesize.ts';

const dev = synthesize(CONTEXT.dev);
const prod = synthesize(CONTEXT.prod);
const ZONE = {
  domainName: 'sentiment.example.org',
  hostedZoneId: 'Z0123456789ABC',
  hostedZoneName: 'example.org',
};

const target = (weight: number, id: string) => ({
  TargetGroupArn: { Ref: Match.stringLikeRegexp(id) },
  Weight: weight,
});
/** Both rules, in full: a change to one resets the weights that ECS has set. */
const PINNED_ACTIONS = [
  {
    Type: 'forward',
    ForwardConfig: { TargetGroups: [target(100, 'Blue'), target(0, 'Green')] },
  },
];

describe('a rolling deployment', () => {
  it('replaces tasks one by one and rolls back if they do not start', () => {
    dev.of('service').hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        Strategy: Match.absent(),
        LifecycleHooks: Match.absent(),
      },
      LoadBalancers: [
        {
          ContainerName: 'service',
          ContainerPort: DEFAULT_PORT,
          TargetGroupArn: Match.anyValue(),
          AdvancedConfiguration: Match.absent(),
        },
      ],
    });
  });
});

describe('a canary deployment', () => {
  it('shifts a share of the traffic, bakes, and watches its alarms by literal names', () => {
    const [service] = allOf(prod, 'AWS::ECS::Service');
    expect(service?.Properties.DeploymentConfiguration).toEqual({
      Strategy: 'CANARY',
      CanaryConfiguration: { CanaryPercent: 10, CanaryBakeTimeInMinutes: 10 },
      BakeTimeInMinutes: 10,
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      Alarms: {
        Enable: true,
        Rollback: true,
        AlarmNames: ['blue', 'green']
          .flatMap((color) => ['latency', 'unhealthy'].map((kind) => [color, kind]))
          .concat([
            ['revision', 'failures'],
            ['revision', 'latency'],
          ])
          .map(([watched, kind]) => `tweet-sentiment-prod-release-${watched}-${kind}`),
      },
      LifecycleHooks: [
        {
          LifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
          // A version: each release is judged by the golden texts that it was made with.
          HookTargetArn: { Ref: expect.stringContaining('GoldenHookFunctionCurrentVersion') },
          RoleArn: { 'Fn::GetAtt': [expect.stringContaining('HookRole'), 'Arn'] },
        },
      ],
    });
  });

  it('shifts traffic between two target groups by a production rule and a test rule', () => {
    prod.of('service').hasResourceProperties('AWS::ECS::Service', {
      LoadBalancers: [
        {
          ContainerName: 'service',
          ContainerPort: DEFAULT_PORT,
          TargetGroupArn: { Ref: Match.stringLikeRegexp('Blue') },
          AdvancedConfiguration: {
            AlternateTargetGroupArn: { Ref: Match.stringLikeRegexp('Green') },
            ProductionListenerRule: { Ref: Match.stringLikeRegexp('ProductionRule') },
            TestListenerRule: { Ref: Match.stringLikeRegexp('TestRule') },
            RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('ShiftRole'), 'Arn'] },
          },
        },
      ],
    });
  });

  it('has rules that name both target groups and stay the same in every release', () => {
    prod.of('service').resourcePropertiesCountIs(
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      {
        Priority: 1,
        ListenerArn: { Ref: Match.stringLikeRegexp('EndpointHttps') },
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
        Actions: PINNED_ACTIONS,
      },
      1,
    );
    prod.of('service').resourcePropertiesCountIs(
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      {
        Priority: 1,
        ListenerArn: { Ref: Match.stringLikeRegexp('EndpointTest') },
        Conditions: [
          {
            Field: 'http-header',
            HttpHeaderConfig: Match.objectLike({ HttpHeaderName: 'x-release-check' }),
          },
        ],
        Actions: PINNED_ACTIONS,
      },
      1,
    );
  });

  it('admits test traffic by a secret that the template does not contain', () => {
    const [rule] = allOf(prod, 'AWS::ElasticLoadBalancingV2::ListenerRule').filter(
      ({ Properties }) => Properties.Conditions[0].Field === 'http-header',
    );
    expect(JSON.stringify(rule?.Properties.Conditions)).toContain('{{resolve:secretsmanager:');
  });

  it('is created after its alarms and rules', () => {
    const [service] = Object.values(prod.of('service').findResources('AWS::ECS::Service'));
    const alarms = Object.keys(prod.of('service').findResources('AWS::CloudWatch::Alarm'));
    const rules = Object.keys(
      prod.of('service').findResources('AWS::ElasticLoadBalancingV2::ListenerRule'),
    );
    expect(service?.DependsOn).toEqual(expect.arrayContaining([...alarms, ...rules]));
  });

  it('is stopped by alarms that stay quiet without traffic', () => {
    const alarms = allOf(prod, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      Properties.AlarmName.includes('-release-'),
    );
    expect(alarms).toHaveLength(6);
    for (const { Properties } of alarms) {
      expect(Properties).toMatchObject({
        TreatMissingData: 'notBreaching',
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
      });
    }
  });

  it('is not stopped by failures of X or Redis, which every release meets', () => {
    const counted = [
      ...JSON.stringify(prod.of('service').toJSON()).matchAll(
        /"MetricName":"(\w*(?:5XX|Errors|Failures)\w*)"/g,
      ),
    ].map(([, name]) => name);
    expect(new Set(counted)).toEqual(new Set(['OwnFailures']));
  });

  it('keeps the version of its hook for a rollback, but not that of a release that failed', () => {
    const versionOf = (app: ReturnType<typeof synthesize>) =>
      Object.entries(app.of('service').findResources('AWS::Lambda::Version')).filter(([id]) =>
        id.includes('GoldenHook'),
      );
    const [[id, version] = []] = versionOf(prod);
    // A version that outlived its rolled-back release would block the retry: Lambda publishes no
    // second version of the same code.
    expect(version).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    const [[otherId] = []] = versionOf(synthesize({ ...CONTEXT.prod, architecture: 'arm64' }));
    expect(otherId).toMatch(/GoldenHook/);
    expect(otherId).not.toBe(id);
  });

  it('has a hook that expects the scores of the CPU family of the tasks', () => {
    const arm64 = synthesize({ ...CONTEXT.prod, architecture: 'arm64' });
    const [hook] = allOf(arm64, 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Handler === 'handler.handler',
    );
    expect(hook?.Properties.Environment.Variables.CPU_FAMILY).toBe('arm64');
    const path = join(arm64.outdir, `asset.${hook?.Properties.Code.S3Key.split('.')[0]}`);
    const scores = 'minilm-tweet-sentiment/golden-arm64.jsonl';
    expect(readFileSync(join(path, scores), 'utf8')).toBe(
      readFileSync(join('models', scores), 'utf8'),
    );
  });

  it('has a hook outside the network, which may read its secrets and write its log', () => {
    const [hook] = allOf(prod, 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Handler === 'handler.handler',
    );
    expect(hook?.Properties.VpcConfig).toBeUndefined();
    const [role] = allOf(prod, 'AWS::IAM::Role').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('AWSLambdaVPCAccessExecutionRole'),
    );
    // A hook that leaves the VPC, or whose earlier versions stay in it, needs this to end its interfaces.
    expect(hook?.Properties.Role).toEqual({
      'Fn::GetAtt': [expect.stringContaining('GoldenHookRole'), 'Arn'],
    });
    expect(role?.Properties.ManagedPolicyArns).toHaveLength(1);
    expect(hook?.Properties.Environment.Variables).toEqual({
      MODEL_NAME: 'minilm-tweet-sentiment',
      CPU_FAMILY: 'x64',
      RELEASE_CHECK_SECRET_ARN: { Ref: expect.stringContaining('GoldenHookSecret') },
      TEST_URL: {
        'Fn::Join': [
          '',
          ['https://', { 'Fn::GetAtt': [expect.stringContaining('Endpoint'), 'DNSName'] }, ':8443'],
        ],
      },
    });
    const policies = allOf(prod, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes('GoldenHookRole'),
    );
    const actions = policies.flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string }) => Action),
    );
    expect(actions.toSorted()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
  });
});

describe.each([
  ['dev', dev],
  ['prod', prod],
] as const)('the service of %s', (_stage, app) => {
  it('is created after every permission that its start and its release need', () => {
    const template = app.of('service');
    const [service] = Object.values(template.findResources('AWS::ECS::Service'));
    const policies = Object.keys(template.findResources('AWS::IAM::Policy'));
    expect(policies).not.toHaveLength(0);
    // The hook's role is needed by way of its function, and the probe asks what runs already.
    const needed = policies.filter((id) => !/GoldenHookRole|ProbeRole/.test(id));
    expect(service?.DependsOn).toEqual(expect.arrayContaining(needed));
  });
});

describe.each([
  ['dev', dev],
  ['prod', prod],
] as const)('the endpoint of %s', (_stage, app) => {
  it('asks tasks whether they are ready, and lets requests in flight finish', () => {
    const groups = allOf(app, 'AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(groups).toHaveLength(2);
    for (const { Properties } of groups) {
      expect(Properties).toMatchObject({
        HealthCheckPath: PATHS.readiness,
        Port: DEFAULT_PORT,
        TargetType: 'ip',
        TargetGroupAttributes: expect.arrayContaining([
          { Key: 'deregistration_delay.timeout_seconds', Value: '20' },
        ]),
      });
    }
  });

  it('deregisters a target before the service has drained, and stops the task after that', () => {
    const [group] = allOf(app, 'AWS::ElasticLoadBalancingV2::TargetGroup');
    const delay = group?.Properties.TargetGroupAttributes.find(
      ({ Key }: { Key: string }) => Key === 'deregistration_delay.timeout_seconds',
    );
    const [definition] = allOf(app, 'AWS::ECS::TaskDefinition');
    const [{ StopTimeout }] = definition!.Properties.ContainerDefinitions;
    const drainSeconds = loadConfig({}).shutdownTimeoutMs / 1_000;
    expect(Number(delay.Value)).toBeLessThan(drainSeconds);
    expect(drainSeconds).toBeLessThan(StopTimeout);
  });

  it('closes idle connections at the load balancer before the service does', () => {
    const [balancer] = allOf(app, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const attributes = Object.fromEntries(
      balancer?.Properties.LoadBalancerAttributes.map(
        ({ Key, Value }: { Key: string; Value: string }) => [Key, Value],
      ),
    );
    expect(Number(attributes['idle_timeout.timeout_seconds']) * 1_000).toBeLessThan(
      KEEP_ALIVE_TIMEOUT_MS,
    );
    expect(attributes).toMatchObject({
      'access_logs.s3.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'deletion_protection.enabled': 'false',
    });
  });

  it('gives new tasks a grace period for their warm-up', () => {
    const [service] = allOf(app, 'AWS::ECS::Service');
    expect(service?.Properties.HealthCheckGracePeriodSeconds).toBe(60);
    expect(service?.Properties.DesiredCount).toBeUndefined();
  });
});

describe('listeners', () => {
  const listeners = (app: typeof dev) =>
    allOf(app, 'AWS::ElasticLoadBalancingV2::Listener').map(({ Properties }) => [
      Properties.Port,
      Properties.Protocol,
      Properties.DefaultActions[0].Type,
    ]);

  it('speak HTTP in a dev stage without a certificate', () => {
    expect(listeners(dev)).toEqual([[80, 'HTTP', 'fixed-response']]);
  });

  it('use HTTPS with a certificate, and redirect HTTP', () => {
    expect(listeners(prod).toSorted()).toEqual([
      [443, 'HTTPS', 'fixed-response'],
      [80, 'HTTP', 'redirect'],
      [8443, 'HTTPS', 'fixed-response'],
    ]);
    const secure = synthesize({ ...CONTEXT.dev, certificateArn: CERTIFICATE_ARN });
    expect(listeners(secure).toSorted()).toEqual([
      [443, 'HTTPS', 'fixed-response'],
      [80, 'HTTP', 'redirect'],
    ]);
  });

  it('get a certificate and a DNS record for a domain with a given zone', () => {
    const { certificateArn: _, ...context } = CONTEXT.prod;
    const app = synthesize({ ...context, ...ZONE });
    app.of('service').hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: ZONE.domainName,
      DomainValidationOptions: [{ DomainName: ZONE.domainName, HostedZoneId: ZONE.hostedZoneId }],
    });
    app.of('service').hasResourceProperties('AWS::Route53::RecordSet', {
      Name: `${ZONE.domainName}.`,
      Type: 'A',
      HostedZoneId: ZONE.hostedZoneId,
    });
    const [hook] = allOf(app, 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Handler === 'handler.handler',
    );
    expect(hook?.Properties.Environment.Variables.SERVER_NAME).toBe(ZONE.domainName);
    app.of('service').hasOutput('EndpointUrl', { Value: `https://${ZONE.domainName}` });
  });
});

describe('the number of tasks', () => {
  it.each([
    ['dev', dev, 1, 2],
    ['prod', prod, 2, 10],
  ] as const)('is between its bounds in %s', (_stage, app, MinCapacity, MaxCapacity) => {
    app.of('service').hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity,
      MaxCapacity,
    });
  });

  it.each([
    ['dev', dev],
    ['prod', prod],
  ] as const)('follows saturation and CPU in %s, slower in than out', (stage, app) => {
    const policies = allOf(app, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ({ Properties }) => Properties.TargetTrackingScalingPolicyConfiguration,
    );
    expect(policies).toHaveLength(2);
    for (const { ScaleInCooldown, ScaleOutCooldown, TargetValue } of policies) {
      expect({ ScaleInCooldown, ScaleOutCooldown, TargetValue }).toEqual({
        ScaleInCooldown: 300,
        ScaleOutCooldown: 60,
        TargetValue: 70,
      });
    }
    expect(policies.map((policy) => policy.CustomizedMetricSpecification)).toContainEqual({
      Namespace: 'TweetSentimentService',
      MetricName: 'WorkerSaturation',
      Statistic: 'Maximum',
      Unit: 'Percent',
      Dimensions: [{ Name: 'Service', Value: `tweet-sentiment-${stage}` }],
    });
    expect(policies.map((policy) => policy.PredefinedMetricSpecification)).toContainEqual({
      PredefinedMetricType: 'ECSServiceAverageCPUUtilization',
    });
  });

  it('runs the minimum on demand and further tasks on Spot when Spot is on', () => {
    const spot = synthesize({ ...CONTEXT.dev, spot: 'true', minTasks: '2' }).of('service');
    // Created after the providers of the cluster, and deleted before them.
    const providers = spot.findResources('AWS::ECS::ClusterCapacityProviderAssociations');
    expect(Object.keys(providers)).toHaveLength(1);
    spot.hasResource('AWS::ECS::Service', {
      DependsOn: Match.arrayWith(Object.keys(providers)),
    });
    spot.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: Match.absent(),
      CapacityProviderStrategy: [
        { CapacityProvider: 'FARGATE', Base: 2, Weight: 0 },
        { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
      ],
    });
  });
});
