import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnNamedQuery } from 'aws-cdk-lib/aws-athena';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PARTITION_COLUMNS, RESULT_COLUMNS } from '../../cli/bulk/contract.ts';
import { deploymentName } from '../../service/contract/deployment.ts';
import {
  LABEL_ENTITIES,
  type LabelEntity,
  trainingSetSql,
} from '../../service/contract/offline.ts';
import { BulkMachine } from '../constructs/bulk-machine.ts';
import { BulkTask } from '../constructs/bulk-task.ts';
import type { NetworkFor } from '../constructs/network.ts';
import { RecordBucket } from '../constructs/record-bucket.ts';
import { RecordTable } from '../constructs/record-table.ts';
import {
  BULK_FOLDERS,
  BULK_SETTINGS_OUTPUT,
  type BulkSettings,
  taskMemoryGib,
} from '../stage-config/bulk.ts';
import { lockedModels } from '../stage-config/locked-models.ts';
import type { StageConfig } from '../stage-config.ts';
import type { OfflineStoreStack } from './offline-store-stack.ts';

export interface BulkStackProps extends StackProps {
  readonly config: StageConfig;
  readonly network: NetworkFor;
  readonly image: ecs.ContainerImage;
  readonly offlineStore: OfflineStoreStack | undefined;
}

const RUN_DAYS = 90;

/** Scoring of objects on S3 by separate tasks, without load on the service. */
export class BulkStack extends Stack {
  readonly machine: BulkMachine;

  constructor(scope: Construct, id: string, { config, ...props }: BulkStackProps) {
    const { network: networkFor, image, offlineStore, ...stackProps } = props;
    super(scope, id, stackProps);
    const network = networkFor(this);
    const name = deploymentName(config.stage);
    const bucket = new RecordBucket(this, 'Bucket', {
      config,
      logFolder: 'bulk/',
      folderDays: {
        [BULK_FOLDERS.input]: config.offlineDays,
        // Not longer than a tombstone in the offline store, which keeps a result out of training sets.
        [BULK_FOLDERS.results]: config.offlineDays,
        // A result outlives its report, or the report would say that it is there.
        [BULK_FOLDERS.reports]: config.offlineDays - 2,
        [BULK_FOLDERS.runs]: RUN_DAYS,
      },
    });
    const cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: `${name}-bulk`,
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
      enableFargateCapacityProviders: true,
    });
    const { definition } = new BulkTask(this, 'Task', { config, image, bucket });
    this.machine = new BulkMachine(this, 'Run', { config, network, cluster, definition, bucket });
    this.#table(bucket, offlineStore?.database ?? this.#database(name));
    if (offlineStore) this.#saveQueries(config, offlineStore.database);
    const settings: BulkSettings = {
      bucket: bucket.bucketName,
      stateMachineArn: this.machine.stateMachine.stateMachineArn,
      architecture: config.architecture,
      taskVcpus: config.bulkTaskVcpus,
      taskMemoryGib: taskMemoryGib(config.bulkTaskVcpus),
      concurrency: config.bulkConcurrency,
    };
    new CfnOutput(this, BULK_SETTINGS_OUTPUT, {
      value: this.toJsonString(settings),
      description: 'Read by tss score',
    });
    new CfnOutput(this, 'InputFolder', {
      value: bucket.s3UrlForObject(BULK_FOLDERS.input),
      description: `Folder for what is to be scored: tss score FOLDER --stage ${config.stage}`,
    });
  }

  /** A database for the table, where there is no offline store that has one. */
  #database(name: string): string {
    return new CfnDatabase(this, 'Database', {
      catalogId: this.account,
      databaseInput: {
        name: `${name.replaceAll('-', '_')}_bulk`,
        description: 'Results of the tweet sentiment service in bulk',
      },
    }).ref;
  }

  /**
   * One table over all results. A query names model and revision: over several of them it would
   * count a text more than once.
   */
  #table(bucket: s3.Bucket, databaseName: string): void {
    new RecordTable(this, 'Results', {
      catalogId: this.account,
      databaseName,
      tableName: 'bulk_predictions',
      description: 'One row per text that was scored in bulk',
      columns: RESULT_COLUMNS,
      location: bucket.s3UrlForObject(BULK_FOLDERS.results),
      format: 'parquet',
      namedFolders: PARTITION_COLUMNS,
    });
  }

  /**
   * Training sets whose labels see the stage's predictions and the bulk results of its model. None
   * for a model that the repository does not lock: its revision is not known here.
   */
  #saveQueries({ stage, modelName }: StageConfig, database: string): void {
    const model = lockedModels().find(({ name }) => name === modelName);
    if (model === undefined) return;
    const results = { modelName, modelRevision: model.revision };
    for (const entity of Object.keys(LABEL_ENTITIES) as LabelEntity[]) {
      new CfnNamedQuery(this, `TrainingSetBy${entity}`, {
        name: `training set with bulk results, labels by ${entity}`,
        description: `Each label with the latest row known at its time, also of ${modelName} in bulk`,
        database,
        workGroup: deploymentName(stage),
        queryString: trainingSetSql(entity, 'created', results),
      });
    }
  }
}
