import { RemovalPolicy } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { StageConfig } from './stage-config.ts';

/** Retention and removal policy of a log group. */
export function retention(config: StageConfig): {
  readonly retention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
} {
  return { retention: config.logDays, removalPolicy: removalPolicy(config) };
}

/**
 * Removal policy of data when its stack is destroyed. A first deployment that fails removes what it
 * made, or its next try would find the names taken.
 */
export function removalPolicy({ retainData }: StageConfig): RemovalPolicy {
  return retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
