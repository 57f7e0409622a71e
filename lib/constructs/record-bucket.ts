import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { customerKey } from '../encryption.ts';
import { removalPolicy } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';
import { LogBucket } from './log-bucket.ts';

export interface RecordBucketProps {
  readonly config: StageConfig;
  /** Folder of the access logs, in a log bucket beside this one. */
  readonly logFolder: string;
  /** Days for which the objects of a folder are kept; those of other folders stay. */
  readonly folderDays: Readonly<Record<string, number>>;
}

/** Days in which a deleted or replaced object can be brought back. */
const RESTORE_DAYS = 7;

/** Private bucket for records of texts: encrypted, its access logged, each folder with its lifetime. */
export class RecordBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, props: RecordBucketProps) {
    const { config, logFolder, folderDays } = props;
    const key = customerKey(scope, config);
    super(scope, id, {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: key ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey: key,
      bucketKeyEnabled: key && true,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: new LogBucket(scope, 'AccessLogs', config),
      serverAccessLogsPrefix: logFolder,
      // Data that outlives its stack can be brought back after a mistake, too.
      versioned: config.retainData,
      removalPolicy: removalPolicy(config),
      autoDeleteObjects: !config.retainData,
      lifecycleRules: [
        ...Object.entries(folderDays).map(([prefix, days]) => ({
          prefix,
          expiration: Duration.days(days),
        })),
        {
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          ...(config.retainData && { noncurrentVersionExpiration: Duration.days(RESTORE_DAYS) }),
        },
      ],
    });
  }
}
