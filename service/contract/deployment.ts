/**
 * Names under which a stage is found on AWS, given literally so that tools find it without asking
 * CloudFormation. The infrastructure creates them, so this imports nothing.
 */

/**
 * Name of a stage. At most 16 characters: a store user's id has 40, `tweet-sentiment-` and the
 * user's name among them. Without a dash, or alarms of `prod-eu` would be found as those of `prod`.
 */
export const STAGE_PATTERN = '^[a-z][a-z0-9]{0,15}$';

export type Stage = string;

/** Every name of a stage starts with this. */
export function deploymentName(stage: Stage): string {
  return `tweet-sentiment-${stage}`;
}

/** The feature store's nodes: the group's id and a number, the first one created as primary. */
export function featureStoreNodeNames(stage: Stage, nodes: number): string[] {
  return Array.from(
    { length: nodes },
    (_, index) => `${deploymentName(stage)}-${String(index + 1).padStart(3, '0')}`,
  );
}
