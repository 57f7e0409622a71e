import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { BULK_SETTINGS_OUTPUT, type BulkSettings } from '../../lib/stage-config/bulk.ts';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import { AWS_TIMEOUTS } from '../kit/aws-timeouts.ts';
import { CliError, reasonOf } from '../kit/errors.ts';

const Settings = Type.Object({
  bucket: Type.String(),
  stateMachineArn: Type.String(),
  architecture: Type.Union([Type.Literal('x86_64'), Type.Literal('arm64')]),
  taskVcpus: Type.Number(),
  taskMemoryGib: Type.Number(),
  concurrency: Type.Number(),
});

/** Reads the settings in the output of a stage's bulk stack. @throws CliError */
export async function readSettings(stage: Stage): Promise<BulkSettings> {
  const StackName = `${deploymentName(stage)}-bulk`;
  const remedy = `deploy it with "bulk": true in stages/${stage}.json, and see that region and credentials are those of the stage`;
  try {
    const client = new CloudFormationClient({ requestHandler: AWS_TIMEOUTS });
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const output = stack?.Outputs?.find(({ OutputKey }) => OutputKey === BULK_SETTINGS_OUTPUT);
    if (output?.OutputValue === undefined) throw new Error('the stack has no such output');
    return settingsOf(output.OutputValue);
  } catch (cause) {
    const why = `${BULK_SETTINGS_OUTPUT} of the stack ${StackName} cannot be read: ${reasonOf(cause)}`;
    throw new CliError(`${why}; ${remedy}`, { cause });
  }
}

/** @throws Error for text that another version of the stack wrote, or is not JSON */
export function settingsOf(json: string): BulkSettings {
  const value: unknown = JSON.parse(json);
  if (Check(Settings, value)) return value;
  throw new Error(`it is of another version, got ${json.slice(0, 200)}`);
}
