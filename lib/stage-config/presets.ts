import type { Stage } from '../../service/contract/deployment.ts';
import { ENVIRONMENT } from '../../service/contract/environment.ts';
import type { StageValues } from './schema.ts';

/** What nobody but the deployer knows. */
type OptionalKey =
  | 'certificateArn'
  | 'domainName'
  | 'hostedZoneId'
  | 'hostedZoneName'
  | 'imageUri'
  | 'xBearerTokenSecretArn'
  | 'adminTokenSecretArn'
  | 'apiKeysSecretArn'
  | 'alertEmail';

type Preset = Omit<StageValues, OptionalKey | 'stage'>;

const common = {
  modelName: ENVIRONMENT.MODEL_NAME.default,
  architecture: 'x86_64',
  spot: false,
  environment: {},
  canaryPercent: 10,
  canaryMinutes: 10,
  natGateways: 2,
  /** About 7 a second from one address. */
  requestsPerFiveMinutes: 2_000,
  offlineStore: false,
  offlineDays: 400,
  tweetReadsPerHour: 1_000,
  runbookUrl: 'docs/operations.md',
} as const satisfies Partial<Preset>;

export const PRESETS: Readonly<Record<Stage, Preset>> = {
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
  },
};

/** One deployment of the service: a preset with what the context overrides. */
export type StageConfig = Preset &
  Pick<StageValues, 'stage'> & { readonly [Key in OptionalKey]?: StageValues[Key] | undefined };
