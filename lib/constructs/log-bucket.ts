import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { StageConfig } from '../stage-config.ts';

/** Private bucket for access logs, which expire like the other logs of the stage. */
export class LogBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id, {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      // Load balancers and S3 cannot write logs to buckets with another encryption.
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(config.logDays) }],
      // Also after a first deployment that fails: the load balancer has put a test object into it, and
      // CloudFormation cannot delete a bucket that is not empty. Its name is generated, so it is in
      // no one's way.
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      // CloudFormation deletes only empty buckets.
      autoDeleteObjects: !config.retainData,
    });
    acknowledge(this, { S1: 'Access logs of the log bucket would log themselves.' });
  }
}
