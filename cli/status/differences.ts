import { compareWithDeployed, describeDifference } from '../../lib/stage-config/deployed-values.ts';
import { readStageConfig, withStageFile } from '../../lib/stage-config.ts';
import { reasonOf } from '../kit/errors.ts';

/**
 * Changes that a deployment of the stage's file would make to the deployed values, a line for each.
 *
 * @param root folder of `stages/`; default: this checkout
 */
export function deployedDifferences(stage: string, deployed: string, root?: string): string[] {
  try {
    const config = readStageConfig(withStageFile({ stage }, root).context);
    return compareWithDeployed(deployed, config).map(describeDifference);
  } catch (cause) {
    return [`not compared: ${reasonOf(cause).replaceAll(/\s+/g, ' ')}`];
  }
}
