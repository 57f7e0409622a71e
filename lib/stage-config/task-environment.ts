import type { Fault } from '../../service/contract/configuration.ts';
import { deploymentName } from '../../service/contract/deployment.ts';
import { type Environment, readEnvironment } from '../../service/contract/settings.ts';
import {
  type EnvironmentName,
  type RequiredEnvName,
  type SecretEnvName,
  variableOf,
} from '../../service/contract/variables.ts';
import { canaryTexts, lockedModels } from './locked-models.ts';
import type { StageConfig } from './presets.ts';

/** The parts of the environment that are known only at deployment. */
export interface DeployedParts {
  readonly redisUrl: string;
  readonly redisUsername: string;
  /** Name of the stream that takes the prediction log, where there is one. */
  readonly predictionStream: string | undefined;
}

/** Time that the load balancer leaves a removed task to finish its requests. */
export const DEREGISTRATION_DELAY_MS = 20_000;

/** The only port, apart from the store's, to which tasks may connect: that of the X API and of AWS. */
export const OUTBOUND_PORT = 443;

/** All of the task's plain variables but the revision, which is made from them. */
export function taskEnvironment(config: StageConfig, parts: DeployedParts) {
  const settings = {
    HOST: '0.0.0.0',
    MODEL_NAME: config.modelName,
    // A Fargate task cannot read its CPU quota.
    INFERENCE_WORKERS: String(Math.max(1, Math.floor(config.taskCpu / 1024))),
    REDIS_URL: parts.redisUrl,
    REDIS_USERNAME: parts.redisUsername,
    STORE_TWEET_TEXT: 'false',
    TRUST_PROXY_HOPS: '1',
    METRICS: 'emf',
    SERVICE_NAME: deploymentName(config.stage),
  } satisfies Record<Exclude<RequiredEnvName, 'SERVICE_REVISION'>, string>;
  return {
    ...config.environment,
    ...settings,
    ...(parts.predictionStream !== undefined && { PREDICTION_STREAM: parts.predictionStream }),
  };
}

/** The task's whole environment, with samples for secrets and for values set by deployment. */
export function sampleEnvironment(config: StageConfig): Environment {
  return {
    ...taskEnvironment(config, {
      redisUrl: 'rediss://feature-store.example:6379',
      redisUsername: 'service',
      predictionStream: config.offlineStore ? 'predictions' : undefined,
    }),
    SERVICE_REVISION: '0123456789ab',
    REDIS_PASSWORD: 'sample',
    ...Object.fromEntries(
      Object.entries(SECRET_KEYS).map(([name, key]) => [name, config[key] && 'sample']),
    ),
  };
}

/**
 * Faults in the option `environment`: variables that are not the deployer's to set, and whatever
 * the service would refuse at start, given the environment that the task gets in the end.
 */
export function environmentFaults(config: StageConfig): Fault[] {
  const refused = Object.keys(config.environment).filter((name) => refusal(name) !== undefined);
  const environment = Object.fromEntries(
    Object.entries(config.environment).filter(([name]) => !refused.includes(name)),
  );
  const { settings, faults } = readEnvironment(sampleEnvironment({ ...config, environment }));
  const late = (['SINGLE_DEADLINE_MS', 'BATCH_DEADLINE_MS'] as const).filter(
    (name) => settings[name] > DEREGISTRATION_DELAY_MS,
  );
  const unreachable = (['X_API_URL', 'OEMBED_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const).filter(
    (name) => !isReachable(settings[name]),
  );
  const needs = config.deployment === 'canary' ? goldenNeeds(config) : [];
  return [
    ...refused.map((name) => refusal(name) ?? ''),
    ...faults.map(({ name, problem }) => `${name}: ${problem}${origin(name)}`),
    ...late.map(
      (name) =>
        `${name}: "${settings[name]}" is not allowed; use at most ${DEREGISTRATION_DELAY_MS}, the time that the load balancer leaves a removed task to finish its requests`,
    ),
    ...unreachable.map(
      (name) =>
        `${name}: "${settings[name]}" is not allowed; tasks may connect to port ${OUTBOUND_PORT} only: use https://HOST or http://HOST:${OUTBOUND_PORT}`,
    ),
    ...needs
      .filter(([name, least]) => settings[name] < least)
      .map(
        ([name, least]) =>
          `${name}: "${settings[name]}" is not allowed; use at least ${least}, which the golden texts need by which a canary is judged, or -c deployment=rolling`,
      ),
  ].map((problem) => ({ name: 'environment', problem }));
}

/** True without an address, too. `URL` leaves out the usual port of a protocol. */
function isReachable(address: string | undefined): boolean {
  const url = address === undefined ? null : URL.parse(address);
  return url === null || url.port === (url.protocol === 'https:' ? '' : String(OUTBOUND_PORT));
}

/** The least values with which the service answers the request of the golden hook. */
function goldenNeeds({ modelName, environment }: StageConfig) {
  const names = ['MAX_TEXTS', 'MAX_TEXT_CHARACTERS', 'MAX_BODY_BYTES'];
  if (names.every((name) => environment[name] === undefined)) return [];
  const model = lockedModels().find(({ name }) => name === modelName);
  // Refused for another reason.
  if (model === undefined) return [];
  const texts = canaryTexts(model);
  return [
    ['MAX_TEXTS', texts.length],
    ['MAX_TEXT_CHARACTERS', Math.max(...texts.map((text) => [...text].length))],
    ['MAX_BODY_BYTES', Buffer.byteLength(JSON.stringify({ texts }))],
  ] as const;
}

function refusal(name: string): string | undefined {
  const variable = variableOf(name);
  if (!variable) return `the service knows no variable ${name}; see .env.example`;
  if (name === 'PREDICTION_LOG_DIR') {
    return `${name} names a folder, but a task's file system is read-only; use -c offlineStore=true`;
  }
  if (variable.deployment || DECIDED.some((decided) => decided === name)) {
    return `${name} is set by the stack; leave it out`;
  }
  if (variable.secret) {
    return origin(name) === ''
      ? `${name} is a secret, which a stage cannot give to its tasks; leave it out`
      : `${name} is a secret; put it into Secrets Manager and give its ARN${origin(name)}`;
  }
  return undefined;
}

/** Variables whose default the load balancer, the store's user and the log stream rely on. */
const DECIDED: readonly EnvironmentName[] = [
  'PORT',
  'KEEP_ALIVE_TIMEOUT_MS',
  'SHUTDOWN_TIMEOUT_MS',
  'REDIS_KEY_PREFIX',
  'PREDICTION_STREAM',
];

/** The context keys that give the deployer's secrets. */
export const SECRET_KEYS = {
  X_BEARER_TOKEN: 'xBearerTokenSecretArn',
  ADMIN_TOKEN: 'adminTokenSecretArn',
  API_KEYS: 'apiKeysSecretArn',
} as const satisfies Partial<Record<SecretEnvName, keyof StageConfig>>;

/** Hint how to set a secret variable on a stage, to be appended to a fault. */
function origin(name: string): string {
  const keys: Readonly<Record<string, string>> = SECRET_KEYS;
  return Object.hasOwn(keys, name) ? `; the value comes from -c ${keys[name]}=ARN` : '';
}
