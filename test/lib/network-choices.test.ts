import { describe, expect, it } from '@jest/globals';
import { subnetCidr } from '../../lib/constructs/subnet-layout.ts';
import { formatCidr, parseCidr } from '../../lib/stage-config/cidr.ts';
import { allOf, CONTEXT, type Resource, synthesize } from './synthesize.ts';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf';

const company = synthesize({
  ...CONTEXT.prod,
  offlineStore: true,
  bulk: true,
  apiKeysSecretArn: SECRET,
  vpcId: 'vpc-0a1b2c3d',
  loadBalancerSubnetIds: ['subnet-00000001', 'subnet-00000002'],
  taskSubnetIds: ['subnet-00000003', 'subnet-00000004'],
  storeSubnetIds: ['subnet-00000005', 'subnet-00000006'],
  loadBalancer: 'internal',
  tags: { 'cost-center': '1234' },
  permissionsBoundaryArn: BOUNDARY,
  kmsKeyArn: KEY,
});

const ingress = (app: ReturnType<typeof synthesize>, description: string) => {
  const [group] = allOf(app, 'AWS::EC2::SecurityGroup').filter(
    ({ Properties }) => Properties.GroupDescription === description,
  );
  return (group?.Properties.SecurityGroupIngress ?? []).map(
    ({ CidrIp, FromPort }: Record<string, unknown>) => [CidrIp, FromPort],
  );
};

describe('a stage in an existing VPC', () => {
  it('makes no network', () => {
    expect(company.stacks.network).toBeUndefined();
    expect(allOf(company, 'AWS::EC2::VPC')).toEqual([]);
    expect(allOf(company, 'AWS::EC2::Subnet')).toEqual([]);
  });

  it('puts each part into the subnets given for it', () => {
    const [balancer] = allOf(company, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(balancer?.Properties.Subnets).toEqual(['subnet-00000001', 'subnet-00000002']);
    const [service] = allOf(company, 'AWS::ECS::Service');
    expect(service?.Properties.NetworkConfiguration.AwsvpcConfiguration.Subnets).toEqual([
      'subnet-00000003',
      'subnet-00000004',
    ]);
    const [store] = allOf(company, 'AWS::ElastiCache::SubnetGroup');
    expect(store?.Properties.SubnetIds).toEqual(['subnet-00000005', 'subnet-00000006']);
    const vpcs = [
      ...allOf(company, 'AWS::EC2::SecurityGroup'),
      ...allOf(company, 'AWS::ElasticLoadBalancingV2::TargetGroup'),
    ].map(({ Properties }) => Properties.VpcId);
    expect(new Set(vpcs)).toEqual(new Set(['vpc-0a1b2c3d']));
  });
});

describe('name servers of a company', () => {
  it.each(['Tasks of the service', 'Functions that check the service', 'Tasks that score in bulk'])(
    'are reached in an existing VPC: %s',
    (description) => {
      const [group] = allOf(company, 'AWS::EC2::SecurityGroup').filter(
        ({ Properties }) => Properties.GroupDescription === description,
      );
      const rules = group?.Properties.SecurityGroupEgress.filter(
        ({ FromPort }: Record<string, unknown>) => FromPort === 53,
      ).map(({ CidrIp, IpProtocol }: Record<string, unknown>) => [CidrIp, IpProtocol]);
      expect(rules).toEqual(
        ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap((cidr) => [
          [cidr, 'udp'],
          [cidr, 'tcp'],
        ]),
      );
    },
  );
});

describe('an internal load balancer', () => {
  it('is reached from private networks, and its test listener by the hook alone', () => {
    const [balancer] = allOf(company, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(balancer?.Properties.Scheme).toBe('internal');
    const found = ingress(company, 'Load balancer of the service');
    expect(new Set(found.map(([cidr]: string[]) => cidr))).toEqual(
      new Set(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']),
    );
    expect(new Set(found.map(([, port]: string[]) => port))).toEqual(new Set([80, 443]));
    const [test] = allOf(company, 'AWS::EC2::SecurityGroupIngress').filter(
      ({ Properties }) => Properties.FromPort === 8443,
    );
    expect(JSON.stringify(test?.Properties.SourceSecurityGroupId)).toContain('Checks');
  });

  it('is checked by a hook in the subnets of the tasks', () => {
    const [hook] = allOf(company, 'AWS::Lambda::Function').filter(({ Properties }) =>
      Properties.Description?.startsWith('Tests a release'),
    );
    expect(hook?.Properties.VpcConfig.SubnetIds).toEqual(['subnet-00000003', 'subnet-00000004']);
  });
});

describe('allowed networks', () => {
  const app = synthesize({ ...CONTEXT.prod, allowedCidrs: ['203.0.113.0/24'], probe: false });

  it('are the only ones that reach the service', () => {
    const open = ingress(app, 'Load balancer of the service').filter(
      ([, port]: unknown[]) => port !== 8443,
    );
    expect(open).toEqual([
      ['203.0.113.0/24', 80],
      ['203.0.113.0/24', 443],
    ]);
  });

  it('leave the test listener to the NAT gateways, by which the hook comes', () => {
    const test = ingress(app, 'Load balancer of the service').filter(
      ([, port]: unknown[]) => port === 8443,
    );
    expect(test).toHaveLength(2);
    expect(JSON.stringify(test)).toMatch(/Subnet1EIP.*Subnet2EIP/);
  });
});

/** Inbound rules of a security group by EC2's default quota. */
const RULE_QUOTA = 60;
const MOST_CIDRS = Array.from({ length: 20 }, (_, index) => `203.0.113.${index}/32`);
const EXISTING = {
  vpcId: 'vpc-0a1b2c3d',
  loadBalancerSubnetIds: ['subnet-00000001', 'subnet-00000002'],
  taskSubnetIds: ['subnet-00000003', 'subnet-00000004'],
  storeSubnetIds: ['subnet-00000005', 'subnet-00000006'],
};

describe('as many allowed networks as the configuration accepts', () => {
  it.each([
    ['a VPC of the stage', { zones: 3, natGateways: 3 }],
    ['an existing VPC', EXISTING],
    ['an existing VPC with an internal load balancer', { ...EXISTING, loadBalancer: 'internal' }],
  ])('stay within the rules of a security group, each rule once, in %s', (_name, network) => {
    const app = synthesize({ ...CONTEXT.prod, ...network, allowedCidrs: MOST_CIDRS });
    const rules = ingress(app, 'Load balancer of the service').map((rule: unknown[]) =>
      JSON.stringify(rule),
    );
    expect(rules.length).toBeGreaterThanOrEqual(40);
    expect(rules.length).toBeLessThanOrEqual(RULE_QUOTA);
    expect(new Set(rules).size).toBe(rules.length);
  });
});

describe('allowed networks that overlap', () => {
  it('become a rule each, as EC2 accepts them', () => {
    const allowedCidrs = '10.0.0.0/8,10.1.0.0/16,0.0.0.0/0';
    const app = synthesize({ ...CONTEXT.prod, allowedCidrs });
    const https = ingress(app, 'Load balancer of the service')
      .filter(([, port]: unknown[]) => port === 443)
      .map(([cidr]: unknown[]) => cidr);
    expect(https).toEqual(['10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/0']);
  });

  it('leave the hook outside the VPC where one of them is everyone', () => {
    const app = synthesize({ ...CONTEXT.prod, allowedCidrs: '10.0.0.0/8,0.0.0.0/0' });
    for (const { Properties } of allOf(app, 'AWS::Lambda::Function')) {
      expect(Properties.VpcConfig).toBeUndefined();
    }
  });
});

describe('tags of the stage', () => {
  it('are on its resources, but for listener rules, whose weights an update would reset', () => {
    const TAG = { Key: 'cost-center', Value: '1234' };
    for (const type of ['AWS::ECS::Service', 'AWS::S3::Bucket', 'AWS::ElastiCache::User']) {
      for (const { Properties } of allOf(company, type)) {
        expect(Properties.Tags).toContainEqual(TAG);
      }
    }
    const rules = allOf(company, 'AWS::ElasticLoadBalancingV2::ListenerRule');
    expect(rules).toHaveLength(2);
    for (const { Properties } of rules) expect(Properties.Tags).not.toContainEqual(TAG);
  });

  it('are on functions and roles that the CDK adds for its own resources', () => {
    const app = synthesize({ ...CONTEXT.dev, tags: { 'cost-center': '1234' } });
    const added = ['AWS::Lambda::Function', 'AWS::IAM::Role'].flatMap((type) => allOf(app, type));
    const runtimes = added.filter(
      ({ Properties }) => Properties.Handler === '__entrypoint__.handler',
    );
    expect(runtimes.length).toBeGreaterThan(0);
    for (const { Properties } of added) {
      expect(Properties.Tags).toEqual(
        expect.arrayContaining([
          { Key: 'cost-center', Value: '1234' },
          { Key: 'service', Value: 'tweet-sentiment' },
          { Key: 'stage', Value: 'dev' },
        ]),
      );
    }
  });
});

describe("a customer's key and permissions boundary", () => {
  it('bound every role', () => {
    const roles = allOf(company, 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(5);
    for (const { Properties } of roles) expect(Properties.PermissionsBoundary).toBe(BOUNDARY);
  });

  it('encrypt the store, secrets, logs, the offline store and what is scored in bulk', () => {
    const keys = (type: string, key: (properties: Resource['Properties']) => unknown) =>
      new Set(allOf(company, type).map(({ Properties }) => key(Properties)));
    expect(keys('AWS::ElastiCache::ReplicationGroup', ({ KmsKeyId }) => KmsKeyId)).toEqual(
      new Set([KEY]),
    );
    expect(keys('AWS::SecretsManager::Secret', ({ KmsKeyId }) => KmsKeyId)).toEqual(new Set([KEY]));
    expect(keys('AWS::Logs::LogGroup', ({ KmsKeyId }) => KmsKeyId)).toEqual(new Set([KEY]));
    const buckets = JSON.stringify(allOf(company, 'AWS::S3::Bucket'));
    // Load balancers and S3 cannot write logs under a customer's key.
    expect(buckets.match(/"SSEAlgorithm":"(\S+?)"/g)).toHaveLength(5);
    expect(buckets.match(/"SSEAlgorithm":"aws:kms"/g)).toHaveLength(2);
    expect(
      allOf(company, 'AWS::KinesisFirehose::DeliveryStream').map(
        ({ Properties }) => Properties.DeliveryStreamEncryptionConfigurationInput,
      ),
    ).toEqual([{ KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: KEY }]);
  });

  it('are usable by the tasks, the hook, the probe, Firehose and runs in bulk only', () => {
    const users = allOf(company, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument).includes('"kms:Decrypt"'),
    );
    const roles = users.map(({ Properties }) => JSON.stringify(Properties.Roles));
    const expected = [
      'CanaryGoldenHookRole',
      'ProbeRole',
      'StreamRole',
      'DefinitionExecutionRole',
      'TaskDefinitionTaskRole',
      'RunRole',
    ];
    expect(roles).toHaveLength(expected.length);
    for (const role of expected) {
      expect(roles).toContainEqual(expect.stringContaining(role));
    }
  });
});

describe('ranges of subnets', () => {
  it('do not overlap, whatever the size of the VPC', () => {
    for (const vpc of ['10.0.0.0/16', '10.20.64.0/18', '172.16.16.0/20']) {
      const ranges = (['public', 'tasks', 'store'] as const)
        .flatMap((name) => [0, 1, 2].map((zone) => parseCidr(subnetCidr(vpc, name, zone))!))
        .toSorted((a, b) => a.address - b.address);
      const outer = parseCidr(vpc)!;
      let free = outer.address;
      for (const { address, prefix } of ranges) {
        expect(address).toBeGreaterThanOrEqual(free);
        free = address + 2 ** (32 - prefix);
      }
      expect(free).toBeLessThanOrEqual(outer.address + 2 ** (32 - outer.prefix));
    }
  });

  it('are networks by the rules of CIDR', () => {
    for (const text of ['10.0.0.0/16', '0.0.0.0/0', '203.0.113.7/32']) {
      expect(formatCidr(parseCidr(text)!)).toBe(text);
    }
    for (const text of ['10.0.0.1/16', '10.0.0.0', '10.0.0.0/33', '10.0.0/16', '10.0.0.0/8/8']) {
      expect(parseCidr(text)).toBeUndefined();
    }
  });

  it('are the same for two zones and three', () => {
    const ranges = (zones: number) =>
      allOf(synthesize({ ...CONTEXT.prod, zones, natGateways: 2 }), 'AWS::EC2::Subnet').map(
        ({ Properties }) => Properties.CidrBlock,
      );
    const [two, three] = [ranges(2), ranges(3)];
    expect([two.length, three.length]).toEqual([6, 9]);
    expect(three).toEqual(expect.arrayContaining(two));
  });
});
