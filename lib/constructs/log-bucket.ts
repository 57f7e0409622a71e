import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { removalPolicy } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';

/** A private bucket for access logs of others, which expire with the other logs of the stage. */
export class LogBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id, {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      // The only kind that load balancers and S3 itself can write logs to.
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(config.logDays) }],
      removalPolicy: removalPolicy(config),
      // CloudFormation deletes no bucket that holds anything.
      autoDeleteObjects: !config.retainData,
    });
    acknowledge(this, { S1: 'It holds access logs: logging their own would not end.' });
  }
}
