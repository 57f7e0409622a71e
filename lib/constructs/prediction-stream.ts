import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PARTITION_COLUMN, type PredictionColumn } from '../../service/contract/offline.ts';
import { acknowledgeWildcards } from '../acknowledge.ts';
import { customerKey, grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';

export interface PredictionStreamProps {
  readonly config: StageConfig;
  readonly streamName: string;
  readonly bucket: s3.IBucket;
  /** Folder of the Parquet files, with a closing slash. */
  readonly prefix: string;
  readonly table: CfnTable;
}

/** Folder of records that cannot be written as Parquet. */
export const REJECTED_PREFIX = 'rejected/';

/** Few large files are cheap to query; Parquet with dynamic partitioning needs at least 64. */
const BUFFER_MIB = 128;
const BUFFER_TIME = Duration.minutes(15);

const SCORED_AT: PredictionColumn = 'created_timestamp';

/** Firehose stream that writes prediction records (JSON lines) as Parquet, by day of scoring. */
export class PredictionStream extends Construct {
  readonly stream: firehose.DeliveryStream;
  /** Log of the stream's errors; it holds nothing else. */
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: PredictionStreamProps) {
    super(scope, id);
    const { bucket, prefix } = props;
    this.logGroup = new logs.LogGroup(this, 'Log', retention(this, props.config));
    const role = this.#role(props, this.logGroup);
    const key = customerKey(this, props.config);
    const day = '!{partitionKeyFromQuery:scored_date}';
    this.stream = new firehose.DeliveryStream(this, 'Stream', {
      deliveryStreamName: props.streamName,
      // Encrypts records that wait for delivery.
      encryption: key
        ? firehose.StreamEncryption.customerManagedKey(key)
        : firehose.StreamEncryption.awsOwnedKey(),
      // Without this, aws-cdk-lib adds a role to use the key; Firehose uses a grant instead.
      role: role.withoutPolicyUpdates(),
      destination: new firehose.S3Bucket(bucket, {
        // The grant of aws-cdk-lib would include reading and deleting every object.
        role: role.withoutPolicyUpdates(),
        bufferingSize: Size.mebibytes(BUFFER_MIB),
        bufferingInterval: BUFFER_TIME,
        dataOutputPrefix: `${prefix}${PARTITION_COLUMN}=${day}/`,
        errorOutputPrefix: `${REJECTED_PREFIX}!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
        loggingConfig: new firehose.EnableLogging(this.logGroup),
        dynamicPartitioning: { enabled: true },
        processors: [
          firehose.MetadataExtractionProcessor.jq16({
            // jq 1.6 takes arithmetic as the value of a key in parentheses only.
            [PARTITION_COLUMN]: `(.${SCORED_AT} / 1000 | floor | strftime("%Y-%m-%d"))`,
          }),
        ],
        dataFormatConversion: {
          schemaConfiguration: firehose.SchemaConfiguration.fromCfnTable(props.table),
          inputFormat: firehose.InputFormat.OPENX_JSON,
          outputFormat: firehose.OutputFormat.PARQUET,
        },
      }),
    });
    // Firehose rejects a stream whose role lacks its policy.
    this.stream.node.addDependency(role);
  }

  /** Role with the rights that AWS documents for such a stream, limited to its folders. */
  #role(
    { config, bucket, prefix, table }: PredictionStreamProps,
    logGroup: logs.ILogGroup,
  ): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com'),
    });
    const objects = [prefix, REJECTED_PREFIX].map((folder) => bucket.arnForObjects(`${folder}*`));
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
        resources: objects,
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [bucket.bucketArn],
      }),
    );
    grantKeyUse(role, config, 'kms:Decrypt', 'kms:GenerateDataKey');
    const { databaseName } = table;
    const glue = (resource: string, resourceName?: string) =>
      Stack.of(this).formatArn({ service: 'glue', resource, resourceName });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
        resources: [
          glue('catalog'),
          glue('database', databaseName),
          glue('table', `${databaseName}/${table.ref}`),
        ],
      }),
    );
    logGroup.grantWrite(role);
    acknowledgeWildcards(
      role,
      objects,
      'Firehose chooses the names of the objects in its folders.',
    );
    return role;
  }
}
