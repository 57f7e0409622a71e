import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { STAGE_VALUES_OUTPUT } from '../../lib/stage-config/chosen-values.ts';
import { compareWithDeployed, describeDifference } from '../../lib/stage-config/deployed-values.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { Finding } from './finding.ts';

/** Compares the stage's values with those deployed, which a deployment would replace. */
export async function checkDeployedValues(
  config: StageConfig,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const StackName = `${deploymentName(config.stage)}-service`;
  try {
    const { Stacks: [stack] = [] } = await new CloudFormationClient({}).send(
      new DescribeStacksCommand({ StackName }),
      { abortSignal },
    );
    const output = stack?.Outputs?.find(({ OutputKey }) => OutputKey === STAGE_VALUES_OUTPUT);
    return output?.OutputValue === undefined
      ? { state: 'ok', found: `${StackName} tells no values` }
      : compared(output.OutputValue, config);
  } catch (error) {
    if (!(error instanceof Error && /does not exist/.test(error.message))) throw error;
    return { state: 'ok', found: 'the stage is not deployed yet' };
  }
}

export function compared(output: string, config: StageConfig): Finding {
  const differences = compareWithDeployed(output, config);
  const of = (kind: string) => differences.filter((difference) => difference.kind === kind);
  const serious = [...of('fixed'), ...of('fallback')];
  const found = `${differences.length} differ from those deployed`;
  if (serious.length === 0) return { state: 'ok', found };
  return {
    state: of('fixed').length > 0 ? 'fail' : 'warn',
    found,
    remedy: `${serious.map(describeDifference).join('. ')}.`,
  };
}
