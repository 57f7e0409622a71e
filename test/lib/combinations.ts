import { type Context, readStageConfig } from '../../lib/stage-config.ts';
import { CONTEXT } from './synthesize.ts';

const SUBNETS = (first: number) => [`subnet-0000000${first}`, `subnet-0000000${first + 1}`];
const ARN = (service: string, name: string) =>
  `arn:aws:${service}:eu-central-1:123456789012:${name}`;
const IMAGE = { imageUri: 'example.org/tweet-sentiment:1' };

/** Choices that change resources; values at the bounds of what is accepted. */
const OPTIONS: Readonly<Record<string, readonly Context[]>> = {
  preset: [{ stage: 'dev' }, { stage: 'prod', certificateArn: CONTEXT.prod.certificateArn }],
  network: [
    {},
    {
      vpcCidr: '172.16.240.0/20',
      zones: 3,
      zoneNames: 'eu-central-1a,eu-central-1b,eu-central-1c',
    },
    {
      vpcId: 'vpc-0a1b2c3d',
      loadBalancerSubnetIds: SUBNETS(1),
      taskSubnetIds: SUBNETS(3),
      storeSubnetIds: SUBNETS(5),
    },
  ],
  callers: [{}, { loadBalancer: 'internal' }, { allowedCidrs: '203.0.113.0/24' }],
  egress: [{ egress: 'nat', natGateways: 1 }, { egress: 'public' }],
  delivery: [
    { deployment: 'rolling' },
    { deployment: 'rolling', spot: true },
    { deployment: 'canary', canaryMinutes: 990, canaryPercent: 50 },
  ],
  task: [{}, { taskCpu: 8192, taskMemoryMiB: 61440, maxTasks: 100, architecture: 'arm64' }],
  store: [
    { valkeyReplicas: 1, valkeySnapshotDays: 0 },
    { valkeyReplicas: 5, valkeySnapshotDays: 35, valkeyNodeType: 'cache.t4g.micro' },
  ],
  firewall: [{ webFirewall: true, requestsPerFiveMinutes: 100 }, { webFirewall: false }],
  keys: [
    {},
    {
      certificateArn: CONTEXT.prod.certificateArn,
      apiKeysSecretArn: ARN('secretsmanager', 'secret:k-AbCdEf'),
      xBearerTokenSecretArn: ARN('secretsmanager', 'secret:x-AbCdEf'),
    },
  ],
  customer: [
    {},
    {
      kmsKeyArn: ARN('kms', 'key/11111111-2222-3333-4444-555555555555'),
      permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
      tags: { 'cost-center': '1234' },
    },
  ],
  data: [
    { offlineStore: true, offlineDays: 3, retainData: true },
    { retainData: false, logDays: 1 },
  ],
  bulk: [{}, { bulk: true, bulkTaskVcpus: 8, bulkConcurrency: 5000 }],
  alerts: [{}, { alertEmail: 'a@example.org', monthlyBudgetUsd: 1 }],
  probe: [{ probe: true }, { probe: false }],
  image: [IMAGE, { imageBuild: 'codebuild' }],
  name: [
    {},
    {
      domainName: 'sentiment.example.org',
      hostedZoneId: 'Z0123456789ABC',
      hostedZoneName: 'example.org',
    },
  ],
};
const NAMES = Object.keys(OPTIONS);
const COMBINATIONS = 40;
const CANDIDATES = 20;
/** Completions of a pair that are tried before it counts as impossible. */
const TRIES = 400;

/** A pair of choices, such as `egress=1,delivery=2`. */
type Pair = string;
type Choices = readonly number[];

const contextOf = (choices: Choices): Context =>
  Object.assign({}, ...NAMES.map((name, at) => OPTIONS[name]![choices[at]!]));

function isAccepted(choices: Choices): boolean {
  try {
    readStageConfig(contextOf(choices));
    return true;
  } catch {
    return false;
  }
}

const pairOf = (choices: Choices, i: number, j: number): Pair =>
  `${NAMES[i]}=${choices[i]},${NAMES[j]}=${choices[j]}`;

const pairsOf = (choices: Choices): Pair[] =>
  choices.flatMap((_, i) => choices.slice(i + 1).map((_, k) => pairOf(choices, i, i + 1 + k)));

/** Pseudo-random numbers, the same in every run. */
function generator() {
  let seed = 1;
  return (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
}

/** Every pair of choices of two options, with the choices that it fixes. */
function allPairs() {
  const pairs = new Map<Pair, ReadonlyMap<number, number>>();
  for (const [i, first] of NAMES.entries()) {
    for (const [k, second] of NAMES.slice(i + 1).entries()) {
      for (const a of OPTIONS[first]!.keys()) {
        for (const b of OPTIONS[second]!.keys()) {
          const j = i + 1 + k;
          pairs.set(
            `${first}=${a},${second}=${b}`,
            new Map([
              [i, a],
              [j, b],
            ]),
          );
        }
      }
    }
  }
  return pairs;
}

/**
 * Accepted combinations of choices that cover every pair that is accepted at all, then further ones
 * up to COMBINATIONS.
 */
export function coveringCombinations() {
  const random = generator();
  const open = allPairs();
  const impossible: Pair[] = [];
  const contexts: Context[] = [];
  const complete = (fixed: ReadonlyMap<number, number>, tries: number): Choices[] =>
    Array.from({ length: tries }, () =>
      NAMES.map((name, at) => fixed.get(at) ?? random(OPTIONS[name]!.length)),
    ).filter(isAccepted);
  const fresh = (choices: Choices) => pairsOf(choices).filter((pair) => open.has(pair));
  while (open.size > 0 || contexts.length < COMBINATIONS) {
    const [pair, fixed = new Map<number, number>()] = [...open][0] ?? [];
    let candidates = complete(fixed, CANDIDATES);
    if (candidates.length === 0) candidates = complete(fixed, TRIES);
    const [best] = candidates.toSorted((a, b) => fresh(b).length - fresh(a).length);
    if (!best) {
      impossible.push(pair!);
      open.delete(pair!);
      continue;
    }
    for (const covered of pairsOf(best)) open.delete(covered);
    contexts.push(contextOf(best));
  }
  return { contexts, impossible, pairs: allPairs().size };
}
