import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PORT } from '../../service/contract/http.ts';
import { allOf, CONTEXT, type Resource, synthesize } from './synthesize.ts';

const ALL = {
  dev: synthesize({ ...CONTEXT.dev, offlineStore: 'true', bulk: 'true' }),
  prod: synthesize({ ...CONTEXT.prod, offlineStore: 'true', bulk: 'true' }),
};
const STAGES = ['dev', 'prod'] as const;

/** Rules within a group and beside it, for a group whose description starts so. */
function rules(stage: 'dev' | 'prod', description: string, direction: 'Ingress' | 'Egress') {
  const app = ALL[stage];
  for (const { template } of app.templates) {
    const groups = template.findResources('AWS::EC2::SecurityGroup', {
      Properties: { GroupDescription: description },
    });
    const [entry] = Object.entries(groups);
    if (!entry) continue;
    const [id, group] = entry;
    const beside = allOf(app, `AWS::EC2::SecurityGroup${direction}`)
      .map(({ Properties }) => Properties)
      .filter(({ GroupId }) => JSON.stringify(GroupId).includes(id));
    return [...(group.Properties[`SecurityGroup${direction}`] ?? []), ...beside];
  }
  throw new Error(`${stage} has no security group "${description}".`);
}

const ports = (found: Resource[]) => found.map(({ FromPort, ToPort }) => [FromPort, ToPort]);

describe.each(STAGES)('the network of %s', (stage) => {
  it('lets only clients of the store reach the store', () => {
    const found = rules(stage, 'Nodes of the feature store', 'Ingress');
    expect(ports(found)).toEqual([[6379, 6379]]);
    expect(JSON.stringify(found[0].SourceSecurityGroupId)).toContain('Clients');
    expect(found[0].CidrIp).toBeUndefined();
  });

  it('has tasks of the service as the only clients of the store', () => {
    const [service, ...others] = allOf(ALL[stage], 'AWS::ECS::Service');
    expect(others).toEqual([]);
    const { SecurityGroups } = service!.Properties.NetworkConfiguration.AwsvpcConfiguration;
    expect(JSON.stringify(SecurityGroups)).toMatch(/Tasks.*Clients/);
  });

  it('lets only the load balancer reach the tasks', () => {
    const found = rules(stage, 'Tasks of the service', 'Ingress');
    expect(ports(found)).toEqual([[DEFAULT_PORT, DEFAULT_PORT]]);
    expect(JSON.stringify(found[0].SourceSecurityGroupId)).toContain('EndpointSecurityGroup');
    expect(rules(stage, 'Feature store clients', 'Ingress')).toEqual([]);
  });

  it('limits egress of the tasks to HTTPS and the store', () => {
    expect(ports(rules(stage, 'Tasks of the service', 'Egress'))).toEqual([[443, 443]]);
    const store = rules(stage, 'Feature store clients', 'Egress');
    expect(ports(store)).toEqual([[6379, 6379]]);
  });

  it('limits egress of the load balancer to the tasks', () => {
    const found = rules(stage, 'Load balancer of the service', 'Egress');
    expect(new Set(ports(found).flat())).toEqual(new Set([DEFAULT_PORT]));
    // Both groups are those of the tasks; the second one admits no connections.
    const destinations = found.map((rule) => JSON.stringify(rule.DestinationSecurityGroupId));
    expect(destinations).toEqual([
      expect.stringContaining('Tasks'),
      expect.stringContaining('Clients'),
    ]);
  });

  it('exposes only the load balancer to the internet', () => {
    const open = rules(stage, 'Load balancer of the service', 'Ingress');
    expect(ports(open).toSorted()).toEqual(
      stage === 'prod'
        ? [
            [443, 443],
            [80, 80],
            [8443, 8443],
          ]
        : [[80, 80]],
    );
    const subnets = allOf(ALL[stage], 'AWS::EC2::Subnet');
    expect(subnets.map(({ Properties }) => Properties.MapPublicIpOnLaunch)).not.toContain(true);
  });

  it('keeps its tasks where the configuration says', () => {
    const [service] = allOf(ALL[stage], 'AWS::ECS::Service');
    const { AssignPublicIp } = service!.Properties.NetworkConfiguration.AwsvpcConfiguration;
    expect(AssignPublicIp).toBe(stage === 'prod' ? 'DISABLED' : 'ENABLED');
    expect(allOf(ALL[stage], 'AWS::EC2::NatGateway')).toHaveLength(stage === 'prod' ? 2 : 0);
  });

  it('spans two zones and logs refused connections', () => {
    ALL[stage].of('network').hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
    const zones = allOf(ALL[stage], 'AWS::EC2::Subnet').map(({ Properties }) =>
      JSON.stringify(Properties.AvailabilityZone),
    );
    expect(new Set(zones).size).toBe(2);
  });
});

describe.each(STAGES)('rights in %s', (stage) => {
  it('hold no wildcard action', () => {
    const actions = allOf(ALL[stage], 'AWS::IAM::Policy').flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string }) => Action),
    );
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('hold a wildcard resource only for actions that support no resource', () => {
    const everywhere = allOf(ALL[stage], 'AWS::IAM::Policy').flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(
        ({ Resource }: { Resource: unknown }) => Resource === '*',
      ),
    );
    const actions: readonly string[] = everywhere.flatMap(({ Action }) => Action);
    // By the list of AWS, what Step Functions needs for its log and its traces supports none.
    const unlimited =
      /^(logs:(\w+LogDelivery|ListLogDeliveries|\w+ResourcePolic(y|ies)|DescribeLogGroups)|xray:\w+)$/;
    expect(actions.filter((action) => !unlimited.test(action))).toEqual([]);
  });

  it('of the service itself are only to write predictions', () => {
    const policies = (app: (typeof ALL)['dev']) =>
      Object.values(app.of('service').findResources('AWS::IAM::Policy'))
        .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('TaskRole'))
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(policies(synthesize(CONTEXT[stage]))).toEqual([]);
    const [statement, ...others] = policies(ALL[stage]);
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'firehose:PutRecordBatch' });
    expect(JSON.stringify(statement.Resource)).toMatch(/ImportValue.*offline-store:.*Stream.*Arn/);
    const [service] = allOf(ALL[stage], 'AWS::ECS::Service');
    expect(service?.Properties.EnableExecuteCommand).toBeUndefined();
  });
});

describe.each(STAGES)('data in %s', (stage) => {
  const retained = stage === 'prod';

  it('is encrypted in the store, on the way to it and at rest', () => {
    ALL[stage].of('featureStore').hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      Engine: 'valkey',
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
      AutomaticFailoverEnabled: retained,
      MultiAZEnabled: retained,
      NumCacheClusters: retained ? 2 : 1,
      SnapshotRetentionLimit: retained ? 7 : 0,
    });
    ALL[stage].of('featureStore').hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
      Properties: { 'maxmemory-policy': 'volatile-ttl' },
    });
  });

  it('is in buckets that are private, encrypted and reached over TLS only', () => {
    const buckets = allOf(ALL[stage], 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(5);
    for (const { Properties } of buckets) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: expect.anything(),
        LifecycleConfiguration: expect.anything(),
      });
    }
    const policies = JSON.stringify(allOf(ALL[stage], 'AWS::S3::BucketPolicy'));
    expect(policies.match(/"aws:SecureTransport":"false"/g)).toHaveLength(buckets.length);
  });

  it('outlives its stack in prod only', () => {
    const policy = (type: string) => [
      ...new Set(allOf(ALL[stage], type).map(({ DeletionPolicy }) => DeletionPolicy)),
    ];
    // A failed first deployment cannot delete the bucket of access logs, which is never empty.
    const [offline] = allOf(ALL[stage], 'AWS::S3::Bucket').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('predictions/'),
    );
    expect(offline?.DeletionPolicy).toBe(retained ? 'RetainExceptOnCreate' : 'Delete');
    expect(new Set(policy('AWS::S3::Bucket'))).toEqual(
      new Set(retained ? ['RetainExceptOnCreate', 'Retain'] : ['Delete']),
    );
    const groups = allOf(ALL[stage], 'AWS::Logs::LogGroup').filter(
      // Its name is fixed: kept, it would be in the way of the next deployment.
      ({ Properties }) => !Properties.LogGroupName?.startsWith('aws-waf-logs-'),
    );
    expect([...new Set(groups.map(({ DeletionPolicy }) => DeletionPolicy))]).toEqual([
      retained ? 'RetainExceptOnCreate' : 'Delete',
    ]);
    expect(policy('AWS::ElastiCache::ReplicationGroup')).toEqual([
      retained ? 'Snapshot' : 'Delete',
    ]);
  });

  it('empties buckets that are deleted with their stack', () => {
    const emptied = allOf(ALL[stage], 'Custom::S3AutoDeleteObjects');
    expect(emptied).toHaveLength(retained ? 0 : allOf(ALL[stage], 'AWS::S3::Bucket').length);
  });

  it('expires in every log', () => {
    const days = allOf(ALL[stage], 'AWS::Logs::LogGroup').map(
      ({ Properties }) => Properties.RetentionInDays,
    );
    expect(new Set(days)).toEqual(new Set([retained ? 30 : 7]));
  });

  it('is accessed by a store user with only the commands of the service', () => {
    const users = allOf(ALL[stage], 'AWS::ElastiCache::User').map(({ Properties }) => Properties);
    expect(users.map(({ UserName, AccessString }) => [UserName, AccessString])).toEqual([
      ['service', expect.stringMatching(/^on ~tss:\* resetchannels -@all( \+[a-z]+)+$/)],
      ['default', 'off -@all'],
    ]);
    for (const { AuthenticationMode } of users) {
      expect(AuthenticationMode.Type).toBe('password');
      expect(JSON.stringify(AuthenticationMode.Passwords)).toContain('{{resolve:secretsmanager:');
    }
  });
});
