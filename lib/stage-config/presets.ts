import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { PRESET_NAMES, type StageKey, type StageValues } from './schema.ts';

/** Keys without a preset value. */
type OptionalKey =
  | 'certificateArn'
  | 'domainName'
  | 'hostedZoneId'
  | 'hostedZoneName'
  | 'imageUri'
  | 'xBearerTokenSecretArn'
  | 'adminTokenSecretArn'
  | 'apiKeysSecretArn'
  | 'alertEmail'
  | 'monthlyBudgetUsd'
  | 'runbookUrl'
  | 'vpcId'
  | 'loadBalancerSubnetIds'
  | 'taskSubnetIds'
  | 'storeSubnetIds'
  | 'zoneNames'
  | 'allowedCidrs'
  | 'permissionsBoundaryArn'
  | 'kmsKeyArn';

type Preset = {
  readonly [Key in Exclude<StageKey, OptionalKey | 'stage' | 'preset'>]: Exclude<
    StageValues[Key],
    undefined
  >;
};

const common = {
  modelName: ENVIRONMENT.MODEL_NAME.default,
  modelInImage: false,
  allowPlainHttp: false,
  architecture: 'x86_64',
  spot: false,
  environment: {},
  canaryPercent: 10,
  canaryMinutes: 10,
  vpcCidr: '10.0.0.0/16',
  zones: 2,
  loadBalancer: 'public',
  tags: {},
  imageBuild: 'local',
  natGateways: 2,
  /** About 67 a second for each API key, or each address where there are no keys. */
  requestsPerFiveMinutes: 20_000,
  offlineStore: false,
  offlineDays: 400,
  bulk: false,
  bulkTaskVcpus: 4,
  bulkConcurrency: 32,
  tweetReadsPerHour: 1_000,
} as const satisfies Partial<Preset>;

export type PresetName = (typeof PRESET_NAMES)[number];

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  /** As cheap as the parts allow: one task, one small node, no NAT gateway. */
  dev: {
    ...common,
    taskCpu: 1024,
    taskMemoryMiB: 2048,
    minTasks: 1,
    maxTasks: 2,
    deployment: 'rolling',
    egress: 'public',
    webFirewall: false,
    valkeyNodeType: 'cache.t4g.micro',
    valkeyReplicas: 0,
    valkeySnapshotDays: 0,
    logDays: 7,
    retainData: false,
    probe: false,
  },
  /** Survives the loss of a zone, a task, a node or a bad release. */
  prod: {
    ...common,
    taskCpu: 2048,
    taskMemoryMiB: 4096,
    minTasks: 2,
    maxTasks: 10,
    deployment: 'canary',
    egress: 'nat',
    webFirewall: true,
    valkeyNodeType: 'cache.m7g.large',
    valkeyReplicas: 1,
    valkeySnapshotDays: 7,
    logDays: 30,
    retainData: true,
    probe: true,
  },
};

/** One deployment of the service: a preset, overridden by the context. */
export type StageConfig = Preset & {
  readonly stage: string;
  readonly preset: PresetName;
} & Pick<StageValues, OptionalKey>;

/** Preset of a stage: the one of its name, else the chosen one, else dev. */
export function presetOf(stage: unknown, chosen: unknown): PresetName {
  return (
    PRESET_NAMES.find((name) => name === stage) ??
    PRESET_NAMES.find((name) => name === chosen) ??
    'dev'
  );
}
