import { RemovalPolicy } from 'aws-cdk-lib';
import type { LogGroupProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { customerKey } from './encryption.ts';
import type { StageConfig } from './stage-config.ts';

/** Retention, removal policy and key of a log group. */
export function retention(scope: Construct, config: StageConfig): LogGroupProps {
  return {
    retention: config.logDays,
    removalPolicy: removalPolicy(config),
    encryptionKey: customerKey(scope, config),
  };
}

/**
 * Removal policy of data when its stack is destroyed. A first deployment that fails removes what it
 * made, or its next try would find the names taken.
 */
export function removalPolicy({ retainData }: StageConfig): RemovalPolicy {
  return retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
