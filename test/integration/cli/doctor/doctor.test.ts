import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, REGION, startEmulator } from '../../../helpers/emulator.ts';
import { runTool } from '../../../helpers/tool-process.ts';

const RUN_TIMEOUT_MS = 60_000;
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => emulator?.stop());

function doctor(...args: string[]) {
  const environment = { ...emulator.env, AWS_MAX_ATTEMPTS: '1', CDK_DOCKER: 'true' };
  return runTool(['doctor', ...args], { environment, timeoutMs: RUN_TIMEOUT_MS });
}

describe('tss doctor', () => {
  it('fails for an account that was not prepared, and gives each remedy', async () => {
    const secret = `arn:aws:secretsmanager:eu-west-1:000000000000:secret:keys-AbCdEf`;
    const { code, stdout } = await doctor(
      ...['--stage', 'dev', '-c', `xBearerTokenSecretArn=${secret}`],
    );
    expect(stdout).toMatch(/^ok +credentials +account 000000000000, region us-east-1$/m);
    expect(stdout).toMatch(/^fail +bootstrap +no parameter /m);
    expect(stdout).toMatch(/^fail +role ElastiCache +missing$/m);
    expect(stdout).toMatch(/^fail +xBearerTokenSecretArn +in eu-west-1, not in us-east-1$/m);
    expect(stdout).toMatch(/^ok +container engine +true$/m);
    expect(stdout).toContain('bootstrap: Run npx cdk bootstrap');
    expect(stdout).toContain('--aws-service-name elasticache.amazonaws.com');
    expect(code).toBe(1);
  });

  it('sees the bootstrap stack and the roles once they are there', async () => {
    const client = {
      endpoint: emulator.url,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const ssm = new SSMClient(client);
    const iam = new IAMClient(client);
    await ssm.send(
      new PutParameterCommand({
        Name: '/cdk-bootstrap/hnb659fds/version',
        Value: '30',
        Type: 'String',
      }),
    );
    // The emulator names service-linked roles in its own way.
    const role = { RoleName: 'AWSServiceRoleForECS', AssumeRolePolicyDocument: '{}' };
    await iam.send(new CreateRoleCommand(role));
    ssm.destroy();
    iam.destroy();
    const { stdout } = await doctor('--stage', 'dev');
    expect(stdout).toMatch(/^ok +bootstrap +version 30$/m);
    expect(stdout).toMatch(/^ok +role ECS +there$/m);
  });

  it('exits with 2 for a stage whose configuration is at fault', async () => {
    const { code, stderr } = await doctor('--stage', 'dev', '-c', 'minTask=2');
    expect([code, stderr]).toEqual([2, expect.stringContaining('minTask: unknown; use one of')]);
  });
});
