/** Allowed values of the context keys that fit a stage into a company's network and account. */
import Type from 'typebox';
import { described, integer, list, oneOf, text } from '../../service/contract/schemas.ts';
import { parseCidr } from './cidr.ts';

const subnetIds = (holds: string) =>
  list(
    Type.String({ pattern: '^subnet-[0-9a-f]{8}([0-9a-f]{9})?$' }),
    { minItems: 2, maxItems: 6 },
    `the ids of 2 to 6 subnets of vpcId in different zones, separated by commas, for ${holds}`,
  );

/** Set on every resource by the stacks themselves. */
const OWN_TAGS = ['service', 'stage'];
/** Set by the CDK on the parts of a VPC; it may be overridden. */
const NAME_TAG = 'Name';
const MOST_TAGS = 40;

function areTags(tags: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(tags);
  return (
    entries.length <= MOST_TAGS &&
    areDistinct(Object.keys(tags)) &&
    entries.every(
      ([key, value]) =>
        !/^aws:/i.test(key) &&
        // ElastiCache takes no other letters, and CloudWatch no empty value.
        /^[A-Za-z0-9 _.:/=+@-]{1,128}$/.test(key) &&
        /^[A-Za-z0-9 _.:/=+@-]{1,256}$/.test(value),
    )
  );
}

/** IAM makes no role with two keys that differ by case only. */
function areDistinct(keys: readonly string[]): boolean {
  const others = keys.filter((key) => key !== NAME_TAG);
  const folded = [...others, ...OWN_TAGS, NAME_TAG].map((key) => key.toLowerCase());
  return new Set(folded).size === folded.length;
}

export const NETWORK_SCHEMA = {
  vpcId: text('^vpc-[0-9a-f]{8}([0-9a-f]{9})?$', 'the id of a VPC, such as vpc-0123456789abcdef0'),
  loadBalancerSubnetIds: subnetIds('the load balancer'),
  taskSubnetIds: subnetIds('tasks'),
  storeSubnetIds: subnetIds('the feature store'),
  vpcCidr: described(
    Type.Refine(Type.String(), (value) => {
      const cidr = parseCidr(value);
      return cidr !== undefined && cidr.prefix >= 16 && cidr.prefix <= 20;
    }),
    'an IPv4 network of /16 to /20, such as 10.20.0.0/16',
  ),
  zones: integer(2, 3),
  zoneNames: list(
    Type.String({ pattern: '^[a-z]{2}(-[a-z]+)+-\\d[a-z]$' }),
    { minItems: 2, maxItems: 3 },
    'as many names of availability zones as zones says, separated by commas, such as us-east-1a,us-east-1c',
  ),
  loadBalancer: oneOf('public', 'internal'),
  allowedCidrs: list(
    Type.Refine(Type.String(), (value) => parseCidr(value) !== undefined),
    { minItems: 1, maxItems: 20 },
    '1 to 20 IPv4 networks, separated by commas, such as 203.0.113.0/24,198.51.100.7/32',
  ),
  tags: described(
    Type.Refine(Type.Record(Type.String(), Type.String()), areTags),
    'a JSON object of at most 40 tags, such as {"cost-center":"1234"}, keys of 1 to 128 and values of 1 to 256 ASCII letters, digits, spaces and _.:/=+@-, with other keys than service, stage and aws:...; IAM ignores case, so no key may differ only by case from another one or from service, stage and Name',
  ),
  permissionsBoundaryArn: text(
    '^arn:aws[a-z-]*:iam::(\\d{12}|aws):policy/[A-Za-z0-9+=,.@/_-]+$',
    'the ARN of an IAM policy, which becomes the permissions boundary of every role',
  ),
  kmsKeyArn: text(
    '^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/(mrk-)?[a-f0-9-]+$',
    'the ARN of a KMS key (not of an alias), of the region deployed to',
  ),
  imageBuild: oneOf('local', 'codebuild'),
} as const;
