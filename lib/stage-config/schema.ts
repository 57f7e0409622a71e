/** What each context value may hold; docs/operations.md has the same list, a test compares them. */
import Type, { type Static, type TSchema } from 'typebox';
import { STAGES } from '../../service/contract/deployment.ts';

/** A schema with the words that complete the advice "use ...". */
const described = <Schema extends TSchema>(schema: Schema, description: string) =>
  Object.assign(schema, { description });

const integer = (minimum: number, maximum: number) =>
  described(Type.Integer({ minimum, maximum }), `an integer from ${minimum} to ${maximum}`);
const boolean = described(Type.Boolean(), 'true or false');
const oneOf = <Value extends string | number>(...values: readonly Value[]) =>
  described(Type.Enum([...values]), values.join(' or '));
const text = (pattern: string, description: string) =>
  described(Type.String({ pattern }), description);

const domainName = text(
  '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$',
  'a domain name in lower case, such as sentiment.example.org',
);
const secretArn = text(
  '^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:.+-[A-Za-z0-9]{6}$',
  'the whole ARN of a secret in Secrets Manager, with its six random characters',
);
/** What CloudWatch Logs allows, as far as anyone would want it. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365];

export const STAGE_SCHEMA = {
  stage: oneOf(...STAGES),

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
  modelName: text('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'the name of a bundle in models/manifest.json'),
  architecture: oneOf('x86_64', 'arm64'),
  taskCpu: oneOf(512, 1024, 2048, 4096, 8192),
  taskMemoryMiB: integer(1_024, 61_440),
  minTasks: integer(1, 100),
  maxTasks: integer(1, 100),
  spot: boolean,
  deployment: oneOf('rolling', 'canary'),
  canaryPercent: integer(1, 50),
  canaryMinutes: integer(1, 1_440),
  environment: described(
    Type.Record(Type.String(), Type.String()),
    'a JSON object of further variables of the service, such as {"RATE_LIMIT_PER_MINUTE":"600"}',
  ),
  xBearerTokenSecretArn: secretArn,
  adminTokenSecretArn: secretArn,
  apiKeysSecretArn: secretArn,

  egress: oneOf('nat', 'public'),
  natGateways: integer(1, 2),
  webFirewall: boolean,
  requestsPerFiveMinutes: integer(100, 2_000_000_000),

  valkeyNodeType: text('^cache\\.[a-z0-9]+\\.[a-z0-9]+$', 'a node type such as cache.t4g.micro'),
  valkeyReplicas: integer(0, 5),
  valkeySnapshotDays: integer(0, 35),

  offlineStore: boolean,
  offlineDays: integer(1, 3_650),

  logDays: oneOf(...RETENTION_DAYS),
  retainData: boolean,
  alertEmail: text('^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$', 'an e-mail address'),
  tweetReadsPerHour: integer(1, 1_000_000_000),
  runbookUrl: text('^(https://)?[^\\s#]+$', 'where docs/operations.md is read, without a #'),
} as const satisfies Record<string, TSchema>;

export type StageKey = keyof typeof STAGE_SCHEMA;

export type StageValues = {
  readonly [Key in StageKey]: Static<(typeof STAGE_SCHEMA)[Key]>;
};
