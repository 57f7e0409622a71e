import { CfnDeletionPolicy, type CfnResource, Duration, Size, Validations } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import { acknowledge, acknowledgeWildcards } from '../acknowledge.ts';
import { grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import { BULK_FOLDERS, taskMemoryGib } from '../stage-config/bulk.ts';
import type { StageConfig } from '../stage-config.ts';
import { BULK_CONTAINER } from './bulk-definition.ts';

export interface BulkTaskProps {
  readonly config: StageConfig;
  readonly image: ecs.ContainerImage;
  readonly bucket: s3.Bucket;
}

/** Time from SIGTERM to SIGKILL. Spot leaves two minutes; a task gives up its upload in less. */
const STOP_TIMEOUT = Duration.seconds(60);
const LOG_BUFFER = Size.mebibytes(4);

/** Reason for rights on all objects of a folder. */
export const OBJECTS_OF_A_RUN = 'The objects of a run are known only when it starts.';

/** Task definition of the container that scores one object. */
export class BulkTask extends Construct {
  readonly definition: ecs.FargateTaskDefinition;

  constructor(scope: Construct, id: string, { config, image, bucket }: BulkTaskProps) {
    super(scope, id);
    const { bulkTaskVcpus, architecture } = config;
    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      family: `${deploymentName(config.stage)}-bulk`,
      cpu: 1_024 * bulkTaskVcpus,
      memoryLimitMiB: 1_024 * taskMemoryGib(bulkTaskVcpus),
      runtimePlatform: {
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
        cpuArchitecture:
          architecture === 'arm64' ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64,
      },
    });
    // A run goes on with the model that it began with, also after a release and at a redrive.
    (this.definition.node.defaultChild as CfnResource).cfnOptions.updateReplacePolicy =
      CfnDeletionPolicy.RETAIN;
    Validations.of(this.definition).acknowledge({
      id: 'CloudFormation-Validate::W3011',
      reason: 'Only a replaced revision is kept: a stack that is deleted has no runs.',
    });
    this.definition.addContainer('Container', {
      containerName: BULK_CONTAINER,
      image,
      // Each run gives its arguments.
      command: ['node', 'dist/score-object.js'],
      environment: {
        MODEL_NAME: config.modelName,
        // A Fargate task cannot read its CPU quota.
        INFERENCE_WORKERS: String(bulkTaskVcpus),
      },
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
      logging: ecs.LogDrivers.awsLogs({
        logGroup: new logs.LogGroup(this, 'Log', retention(this, config)),
        streamPrefix: 'task',
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: LOG_BUFFER,
      }),
    });
    acknowledge(this.definition, { ECS2: 'The variables hold no secrets.' });
    acknowledge(this.definition.obtainExecutionRole(), {
      'IAM5[Resource::*]': 'ecr:GetAuthorizationToken does not support resources.',
    });
    this.#grant(config, bucket);
  }

  #grant(config: StageConfig, bucket: s3.Bucket): void {
    const { taskRole } = this.definition;
    const objects = (folder: string) => bucket.arnForObjects(`${folder}*`);
    const input = objects(BULK_FOLDERS.input);
    const results = objects(BULK_FOLDERS.results);
    const reports = objects(BULK_FOLDERS.reports);
    const allow = (actions: string[], resources: string[]) =>
      taskRole.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources }));
    // S3 tells the ETag of a result to those who may read it.
    allow(['s3:GetObject'], [input, results, reports]);
    allow(['s3:AbortMultipartUpload', 's3:PutObject'], [results, reports]);
    // Without it, S3 answers 403 instead of 404 for a report that is not there yet.
    allow(['s3:ListBucket'], [bucket.bucketArn]);
    grantKeyUse(taskRole, config, 'kms:Decrypt', 'kms:GenerateDataKey');
    acknowledgeWildcards(taskRole, [input, results, reports], OBJECTS_OF_A_RUN);
  }
}
