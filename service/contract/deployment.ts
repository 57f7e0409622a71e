/**
 * Names under which a stage is found on AWS, given literally so that tools find it without asking
 * CloudFormation. The infrastructure creates them, so this imports nothing.
 */

export const STAGES = ['dev', 'prod'] as const;

export type Stage = (typeof STAGES)[number];

/** Every name of a stage starts with this. Short: a Valkey group's id has at most 40 characters. */
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
