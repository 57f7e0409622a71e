import type { StageConfig } from '../../lib/stage-config.ts';

/** A rule of checkov that a template breaks on purpose. */
export interface Exception {
  readonly rule: string;
  /** Resources that may break it, as `Type.LogicalId`. */
  readonly resources: RegExp;
  /** Stages in which they may; default: all. */
  readonly when?: (config: StageConfig) => boolean;
  readonly reason: string;
}

const withoutKey = ({ kmsKeyArn }: StageConfig) => kmsKeyArn === undefined;
const withoutCertificate = ({ certificateArn, hostedZoneId }: StageConfig) =>
  certificateArn === undefined && hostedZoneId === undefined;

/** Functions of the stages, and those that aws-cdk-lib brings. */
const FUNCTIONS = /^AWS::Lambda::Function\.(Canary|Probe|TaskBuiltImageStarter|Custom)/;
const LOG_BUCKETS = /^AWS::S3::Bucket\.(Endpoint)?AccessLogs/;

/** Every exception; a test fails for one that no template needs any more. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'CKV_AWS_2',
    resources: /Listener\.Endpoint(Http|Test)/,
    when: withoutCertificate,
    reason: 'A stage without a certificate speaks HTTP; prod is refused without one.',
  },
  {
    rule: 'CKV_AWS_103',
    resources: /Listener\.Endpoint(Http|Test)/,
    when: withoutCertificate,
    reason: 'As CKV_AWS_2.',
  },
  {
    rule: 'CKV_AWS_18',
    resources: LOG_BUCKETS,
    reason: 'Logs of access to the buckets of access logs would have no end.',
  },
  {
    rule: 'CKV_AWS_21',
    resources: LOG_BUCKETS,
    reason: 'Logs are written once and expire after logDays.',
  },
  {
    rule: 'CKV_AWS_21',
    resources: /^AWS::S3::Bucket\.Bucket/,
    when: ({ retainData }) => !retainData,
    reason: 'A stage that keeps no data brings none back.',
  },
  {
    rule: 'CKV_AWS_26',
    resources: /^AWS::SNS::Topic\.Paging/,
    reason: 'Messages name alarms only, and AWS encrypts them in transit; they are not kept.',
  },
  {
    rule: 'CKV_AWS_115',
    resources: FUNCTIONS,
    reason: 'Each runs once in a release or in five minutes; a reserve would be taken from others.',
  },
  {
    rule: 'CKV_AWS_116',
    resources: FUNCTIONS,
    reason: 'ECS, CloudFormation and the alarm of the probe see a failed call; none is sent again.',
  },
  {
    rule: 'CKV_AWS_117',
    resources: FUNCTIONS,
    reason:
      'Checks run outside the VPC where everyone may call, else in it; the others use AWS only.',
  },
  {
    rule: 'CKV_AWS_136',
    resources: /^AWS::ECR::Repository\.TaskBuiltImage/,
    reason: 'Images hold no secret, and AWS encrypts them.',
  },
  {
    rule: 'CKV_AWS_149',
    resources: /^AWS::SecretsManager::Secret\./,
    when: withoutKey,
    reason: 'Encrypted under the key of Secrets Manager; kmsKeyArn replaces it.',
  },
  {
    rule: 'CKV_AWS_158',
    resources: /^AWS::Logs::LogGroup\./,
    when: withoutKey,
    reason: 'Encrypted by CloudWatch Logs; kmsKeyArn gives a key of the customer.',
  },
  {
    rule: 'CKV_AWS_173',
    resources: FUNCTIONS,
    reason: 'Variables hold addresses and ARNs; secrets are read from Secrets Manager.',
  },
  {
    rule: 'CKV_AWS_192',
    resources: /^AWS::WAFv2::WebACL\.Firewall/,
    reason: 'A defect of Java; nothing here runs it.',
  },
  {
    rule: 'CKV_AWS_260',
    resources: /^AWS::EC2::SecurityGroup\.EndpointSecurityGroup/,
    reason: 'The load balancer is public; port 80 redirects where there is a certificate.',
  },
];
