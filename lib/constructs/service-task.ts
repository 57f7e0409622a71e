import { Duration, Size, Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import { DEFAULT_PORT, DEFAULT_SHUTDOWN_TIMEOUT_MS, PATHS } from '../../service/contract/http.ts';
import type { RequiredEnvName, SecretEnvName } from '../../service/contract/variables.ts';
import { acknowledge } from '../acknowledge.ts';
import { givenSecret, grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import { SECRET_KEYS, taskEnvironment } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';
import type { PredictionStream } from './prediction-stream.ts';
import { revisionOf } from './revision.ts';
import { serviceImage } from './service-image.ts';

export interface ServiceTaskProps {
  readonly config: StageConfig;
  readonly featureStore: {
    readonly hostName: string;
    readonly port: number;
    readonly userName: string;
  };
  readonly featureStorePassword: secretsmanager.ISecret;
  /** Destination of the prediction log; undefined without an offline store. */
  readonly predictions: PredictionStream | undefined;
}

/** Time from SIGTERM to SIGKILL: the service's shutdown time-out plus a margin. */
const STOP_TIMEOUT = Duration.millis(DEFAULT_SHUTDOWN_TIMEOUT_MS).plus(Duration.seconds(10));

/** Log lines that wait for CloudWatch Logs; beyond it lines are dropped, so requests never wait. */
const LOG_BUFFER = Size.mebibytes(25);

/** Exits 0 if the process answers. Uses Node because the image has no curl. */
const LIVENESS_CHECK = `fetch('http://127.0.0.1:${DEFAULT_PORT}${PATHS.liveness}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/** Task definition: container, variables, secrets, log and permissions. */
export class ServiceTask extends Construct {
  readonly definition: ecs.FargateTaskDefinition;
  readonly image: ecs.ContainerImage;
  readonly logGroup: logs.LogGroup;
  readonly containerName = 'service';
  /** Identifies a release: changes with the image, the variables, the ARNs of secrets and the task size. */
  readonly revision: string;

  constructor(scope: Construct, id: string, props: ServiceTaskProps) {
    super(scope, id);
    const { config } = props;
    this.logGroup = new logs.LogGroup(this, 'Log', retention(this, config));
    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      family: deploymentName(config.stage),
      cpu: config.taskCpu,
      memoryLimitMiB: config.taskMemoryMiB,
      runtimePlatform: {
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
        cpuArchitecture:
          config.architecture === 'arm64' ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64,
      },
    });
    const predictions = props.predictions?.stream;
    predictions?.grant(this.definition.taskRole, 'firehose:PutRecordBatch');
    const { featureStore } = props;
    const settings = taskEnvironment(config, {
      redisUrl: `rediss://${featureStore.hostName}:${featureStore.port}`,
      redisUsername: featureStore.userName,
      predictionStream: predictions?.deliveryStreamName,
    });
    const { image, identity, after } = serviceImage(this, config);
    this.image = image;
    if (after) this.definition.node.addDependency(after);
    const { taskCpu, taskMemoryMiB, architecture } = config;
    const givenSecrets = Object.fromEntries(
      Object.entries(SECRET_KEYS).map(([name, key]) => [name, config[key]]),
    );
    this.revision = revisionOf([
      identity,
      Stack.of(this).resolve(settings),
      { taskCpu, taskMemoryMiB, architecture, ...givenSecrets },
    ]);
    const environment = {
      ...settings,
      SERVICE_REVISION: this.revision,
    } satisfies Record<RequiredEnvName, string>;

    this.definition.addContainer('Container', {
      containerName: this.containerName,
      image,
      environment,
      secrets: this.#secrets(props),
      portMappings: [{ containerPort: DEFAULT_PORT }],
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
      healthCheck: {
        command: ['CMD', 'node', '-e', LIVENESS_CHECK],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(60),
      },
      logging: ecs.LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'task',
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: LOG_BUFFER,
      }),
    });
    acknowledge(this.definition, {
      ECS2: 'Plain variables hold no secrets; secrets come from Secrets Manager.',
    });
    grantKeyUse(this.definition.obtainExecutionRole(), config, 'kms:Decrypt');
    acknowledge(this.definition.obtainExecutionRole(), {
      'IAM5[Resource::*]': 'ecr:GetAuthorizationToken does not support resources.',
    });
  }

  /** The configured secrets and the feature store's password. */
  #secrets({ config, featureStorePassword }: ServiceTaskProps) {
    const secrets: Partial<Record<SecretEnvName, ecs.Secret>> = {
      REDIS_PASSWORD: ecs.Secret.fromSecretsManager(featureStorePassword),
    };
    for (const [name, key] of Object.entries(SECRET_KEYS)) {
      const arn = config[key];
      if (arn === undefined) continue;
      const secret = givenSecret(this, name, config, arn);
      secrets[name as keyof typeof SECRET_KEYS] = ecs.Secret.fromSecretsManager(secret);
    }
    return secrets;
  }
}
