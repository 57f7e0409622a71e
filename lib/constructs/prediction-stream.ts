import { Duration, Size } from 'aws-cdk-lib';
import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PARTITION_COLUMN, type PredictionColumn } from '../../service/contract/offline.ts';
import { acknowledge } from '../acknowledge.ts';
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

/** Few large files are cheap to query; both Parquet and partitions by content want 64 at least. */
const BUFFER_MIB = 128;
const BUFFER_TIME = Duration.minutes(15);

const SCORED_AT: PredictionColumn = 'created_timestamp';

/** Takes prediction records as JSON lines and writes them as Parquet, by the day of scoring. */
export class PredictionStream extends Construct {
  readonly stream: firehose.DeliveryStream;

  constructor(scope: Construct, id: string, props: PredictionStreamProps) {
    super(scope, id);
    const { bucket, prefix } = props;
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com'),
    });
    const day = '!{partitionKeyFromQuery:scored_date}';
    this.stream = new firehose.DeliveryStream(this, 'Stream', {
      deliveryStreamName: props.streamName,
      encryption: firehose.StreamEncryption.awsOwnedKey(),
      destination: new firehose.S3Bucket(bucket, {
        role,
        bufferingSize: Size.mebibytes(BUFFER_MIB),
        bufferingInterval: BUFFER_TIME,
        dataOutputPrefix: `${prefix}${PARTITION_COLUMN}=${day}/`,
        errorOutputPrefix: 'rejected/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
        loggingConfig: new firehose.EnableLogging(
          new logs.LogGroup(this, 'Log', retention(props.config)),
        ),
        dynamicPartitioning: { enabled: true },
        processors: [
          firehose.MetadataExtractionProcessor.jq16({
            [PARTITION_COLUMN]: `.${SCORED_AT} / 1000 | floor | strftime("%Y-%m-%d")`,
          }),
        ],
        dataFormatConversion: {
          schemaConfiguration: firehose.SchemaConfiguration.fromCfnTable(props.table),
          inputFormat: firehose.InputFormat.OPENX_JSON,
          outputFormat: firehose.OutputFormat.PARQUET,
        },
      }),
    });
    acknowledge(role, {
      'IAM5[Action::s3:Abort*]': 'aws-cdk-lib grants Firehose what it needs on its bucket so.',
      'IAM5[Action::s3:DeleteObject*]': 'As above.',
      'IAM5[Action::s3:GetBucket*]': 'As above.',
      'IAM5[Action::s3:GetObject*]': 'As above.',
      'IAM5[Action::s3:List*]': 'As above.',
    });
  }
}
