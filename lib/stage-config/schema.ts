/** The allowed values of each context key; docs/stage-configuration.md has the same list, a test compares them. */
import Type from 'typebox';
import type { Definitions, ValuesOf } from '../../service/contract/configuration.ts';
import { STAGE_PATTERN } from '../../service/contract/deployment.ts';
import { boolean, described, integer, oneOf, text } from '../../service/contract/schemas.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { NETWORK_SCHEMA } from './network-schema.ts';

const domainName = text(
  '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$',
  'a domain name in lower case, such as sentiment.example.org',
);
const secretArn = text(
  '^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:.+-[A-Za-z0-9]{6}$',
  'the whole ARN of a secret in Secrets Manager, with its six random characters',
);
/** A stage with one of these names uses that preset; any other stage names one. */
export const PRESET_NAMES = ['dev', 'prod'] as const;

/** Useful retention periods, among those that CloudWatch Logs allows. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365] as const;

/** ElastiCache's node types without data tiering (r6gd), which needs an option that is never set. */
const NODE_TYPE = [
  't(3|4g)\\.(micro|small|medium)',
  '[mr]5\\.(large|xlarge|2xlarge|4xlarge|12xlarge|24xlarge)',
  '([mr][67]g|c7gn)\\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)',
].join('|');

export const STAGE_SCHEMA = {
  stage: text(
    STAGE_PATTERN,
    'a name of 1 to 16 lower-case letters and digits that starts with a letter',
  ),
  preset: oneOf(...PRESET_NAMES),

  allowPlainHttp: boolean(),
  certificateArn: text(
    '^arn:aws[a-z-]*:acm:[a-z0-9-]+:\\d{12}:certificate/[A-Za-z0-9-]+$',
    'the ARN of a certificate in Certificate Manager, of the region deployed to',
  ),
  domainName,
  hostedZoneId: text('^Z[A-Z0-9]{1,31}$', 'the id of a public hosted zone, such as Z0123456789ABC'),
  hostedZoneName: domainName,

  imageUri: text(
    '^[a-z0-9][a-z0-9.:/_-]*(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$',
    'an image with its tag or digest, such as REGISTRY/NAME:TAG',
  ),
  modelName: ENVIRONMENT.MODEL_NAME.schema,
  modelInImage: boolean(),
  architecture: oneOf('x86_64', 'arm64'),
  taskCpu: oneOf(512, 1024, 2048, 4096, 8192),
  taskMemoryMiB: integer(1_024, 61_440),
  minTasks: integer(1, 100),
  maxTasks: integer(1, 100),
  spot: boolean(),
  deployment: oneOf('rolling', 'canary'),
  canaryPercent: integer(1, 50),
  /** Counts twice, for the canary and the bake time: the maximum lets CloudFormation wait for 33 hours. */
  canaryMinutes: integer(1, 990),
  environment: described(
    Type.Record(Type.String(), Type.String()),
    'a JSON object of further variables of the service, each value a string, such as {"RATE_LIMIT_PER_MINUTE":"600"}',
  ),
  xBearerTokenSecretArn: secretArn,
  adminTokenSecretArn: secretArn,
  apiKeysSecretArn: secretArn,

  ...NETWORK_SCHEMA,
  egress: oneOf('nat', 'public'),
  natGateways: integer(1, 3),
  webFirewall: boolean(),
  requestsPerFiveMinutes: integer(100, 2_000_000_000),

  valkeyNodeType: text(
    `^cache\\.(${NODE_TYPE})$`,
    'a node type of ElastiCache, such as cache.t4g.micro or cache.m7g.large',
  ),
  valkeyReplicas: integer(0, 5),
  valkeySnapshotDays: integer(0, 35),

  offlineStore: boolean(),
  offlineDays: integer(1, 3_650),

  bulk: boolean(),
  bulkTaskVcpus: oneOf(1, 2, 4, 8),
  bulkConcurrency: integer(1, 5_000),

  logDays: oneOf(...RETENTION_DAYS),
  retainData: boolean(),
  alertEmail: text('^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$', 'an e-mail address'),
  probe: boolean(),
  monthlyBudgetUsd: integer(1, 1_000_000),
  tweetReadsPerHour: integer(1, 1_000_000_000),
  runbookUrl: text(
    '^https://[^\\s#]+$',
    'the https:// address where docs/alarms.md is read, without a #',
  ),
} as const satisfies Record<string, Definitions[string]['schema']>;

export type StageKey = keyof typeof STAGE_SCHEMA;

type Definition<Key extends StageKey> = { readonly schema: (typeof STAGE_SCHEMA)[Key] };

/** The values by key; undefined: not given. */
export type StageValues = ValuesOf<{ readonly [Key in StageKey]: Definition<Key> }>;
