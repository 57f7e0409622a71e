import { CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { conceptDriftSql } from '../../service/contract/concept-drift.ts';
import { deploymentName } from '../../service/contract/deployment.ts';
import {
  LABEL_COLUMNS,
  LABEL_ENTITIES,
  type LabelEntity,
  PARTITION_COLUMN,
  PREDICTION_RECORD,
  trainingSetSql,
} from '../../service/contract/offline.ts';
import { PredictionStream, REJECTED_PREFIX } from '../constructs/prediction-stream.ts';
import { RecordBucket } from '../constructs/record-bucket.ts';
import { RecordTable } from '../constructs/record-table.ts';
import type { StageConfig } from '../stage-config.ts';

export interface OfflineStoreStackProps extends StackProps {
  readonly config: StageConfig;
}

const PREDICTIONS = 'predictions/';
const LABELS = 'labels/';
const RESULTS = 'query-results/';
/** First day of the project, so of the oldest record. */
const FIRST_DAY = '2026-01-01';

/** Offline feature store: predictions as Parquet on S3, and the saved query for training sets. */
export class OfflineStoreStack extends Stack {
  readonly predictions: PredictionStream;
  /** Name of the Glue database. */
  readonly database: string;

  constructor(scope: Construct, id: string, { config, ...props }: OfflineStoreStackProps) {
    super(scope, id, props);
    const name = deploymentName(config.stage);
    const bucket = new RecordBucket(this, 'Bucket', {
      config,
      logFolder: 'offline-store/',
      folderDays: {
        [PREDICTIONS]: config.offlineDays,
        [RESULTS]: 7,
        [REJECTED_PREFIX]: 30,
      },
    });
    const database = new CfnDatabase(this, 'Database', {
      catalogId: this.account,
      databaseInput: {
        name: name.replaceAll('-', '_'),
        description: 'Offline feature store of the tweet sentiment service',
      },
    });
    this.database = database.ref;
    const table = {
      catalogId: this.account,
      databaseName: database.ref,
    };
    const predictions = new RecordTable(this, 'Predictions', {
      ...table,
      tableName: 'predictions',
      description: 'One row per scored tweet and a tombstone per purged tweet',
      columns: PREDICTION_RECORD,
      location: bucket.s3UrlForObject(PREDICTIONS),
      format: 'parquet',
      dateFolder: { column: PARTITION_COLUMN, firstDay: FIRST_DAY },
    });
    new RecordTable(this, 'Labels', {
      ...table,
      tableName: 'labels',
      description: 'Labels to join with predictions, as CSV with a header',
      columns: LABEL_COLUMNS,
      location: bucket.s3UrlForObject(LABELS),
      format: 'csv',
    });
    this.predictions = new PredictionStream(this, 'Stream', {
      config,
      streamName: `${name}-predictions`,
      bucket,
      prefix: PREDICTIONS,
      table: predictions,
    });
    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W7001',
      reason: 'aws-cdk-lib adds a mapping of Firehose addresses that this stack does not use.',
    });
    this.#saveQueries(name, database.ref, bucket.s3UrlForObject(RESULTS), bucket.encryptionKey);
    new CfnOutput(this, 'PredictionStreamName', {
      value: this.predictions.stream.deliveryStreamName,
      description: 'Firehose stream of prediction records',
    });
    new CfnOutput(this, 'LabelFolder', {
      value: bucket.s3UrlForObject(LABELS),
      description: 'Folder for label files: CSV with the header entity,event_timestamp,label',
    });
  }

  #saveQueries(
    name: string,
    database: string,
    resultLocation: string,
    key: IKey | undefined,
  ): void {
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name,
      description: 'Training sets from the offline feature store',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: resultLocation,
          encryptionConfiguration: key
            ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
    for (const entity of Object.keys(LABEL_ENTITIES) as LabelEntity[]) {
      const query = new CfnNamedQuery(this, `TrainingSetBy${entity}`, {
        name: `training set, labels by ${entity}`,
        description: 'Each label with the latest row known at its time (point-in-time join)',
        database,
        workGroup: workGroup.name,
        queryString: trainingSetSql(entity),
      });
      query.addResourceDependency(workGroup);
    }
    const drift = new CfnNamedQuery(this, 'ConceptDrift', {
      name: 'concept drift by week',
      description: 'Recall and calibration by week and model revision, from labels by tweet',
      database,
      workGroup: workGroup.name,
      queryString: conceptDriftSql('week'),
    });
    drift.addResourceDependency(workGroup);
  }
}
