import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate } from '../../../helpers/certificate.ts';
import { ACCOUNT, type Emulator, REGION, startEmulator } from '../../../helpers/emulator.ts';
import { runTool } from '../../../helpers/tool-process.ts';

const RUN_TIMEOUT_MS = 540_000;
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => emulator?.stop());

function doctor(...args: string[]) {
  const environment = { ...emulator.env, AWS_MAX_ATTEMPTS: '1', CDK_DOCKER: 'true' };
  return runTool(['doctor', ...args], { environment, timeoutMs: RUN_TIMEOUT_MS });
}

const client = () => ({
  endpoint: emulator.url,
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** A VPC with an internet gateway: two public subnets, and two that nothing leads out of. */
async function makeNetwork(ec2: EC2Client) {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const VpcId = Vpc!.VpcId!;
  const subnets: string[] = [];
  for (const [index, zone] of ['a', 'b', 'a', 'b'].entries()) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId,
        CidrBlock: `10.9.${index}.0/24`,
        AvailabilityZone: `${REGION}${zone}`,
      }),
    );
    subnets.push(Subnet!.SubnetId!);
  }
  const gateway = await ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = gateway.InternetGateway!.InternetGatewayId!;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const RouteTableId = RouteTable!.RouteTableId!;
  const DestinationCidrBlock = '0.0.0.0/0';
  await ec2.send(
    new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId: InternetGatewayId }),
  );
  for (const SubnetId of subnets.slice(0, 2)) {
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
  }
  return { vpcId: VpcId, open: subnets.slice(0, 2), closed: subnets.slice(2) };
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
    expect(stdout).toMatch(/^ok +model files +minilm-tweet-sentiment$/m);
    expect(stdout).toMatch(/^ok +container engine +true$/m);
    expect(stdout).toContain('bootstrap: Run npx cdk bootstrap');
    expect(stdout).toContain('--aws-service-name elasticache.amazonaws.com');
    expect(code).toBe(1);
  });

  it('sees the bootstrap stack and the roles once they are there', async () => {
    const ssm = new SSMClient(client());
    const iam = new IAMClient(client());
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

  it('fails for a bootstrap stack that is too old', async () => {
    const ssm = new SSMClient(client());
    const Name = '/cdk-bootstrap/hnb659fds/version';
    await ssm.send(new PutParameterCommand({ Name, Value: '5', Type: 'String', Overwrite: true }));
    ssm.destroy();
    const { code, stdout } = await doctor('--stage', 'dev');
    expect(stdout).toMatch(/^fail +bootstrap +version 5, older than 6$/m);
    expect(stdout).toContain('bootstrap: Run npx cdk bootstrap');
    expect(code).toBe(1);
  });

  it('fails for a certificate that the golden hook and the probe would refuse', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-certificate-'));
    const { cert, key } = makeCertificate(folder, 'sentiment.example.org');
    rmSync(folder, { recursive: true });
    const acm = new ACMClient(client());
    const { CertificateArn } = await acm.send(
      new ImportCertificateCommand({ Certificate: cert, PrivateKey: key }),
    );
    acm.destroy();
    const prod = ['--stage', 'prod', '-c', `certificateArn=${CertificateArn}`];
    const checked = await doctor(...prod);
    expect(checked.stdout).toMatch(/^fail +certificate +signed by an authority that Node/m);
    const unchecked = await doctor(...prod, '-c', 'deployment=rolling', '-c', 'probe=false');
    expect(unchecked.stdout).toMatch(/^ok +certificate +\S+$/m);
  });

  it('looks for a bootstrap stack with the qualifier of the context', async () => {
    const { stdout } = await doctor(
      ...['--stage', 'dev', '-c', '@aws-cdk/core:bootstrapQualifier=team1'],
    );
    expect(stdout).toMatch(/^fail +bootstrap +no parameter \/cdk-bootstrap\/team1\/version$/m);
  });

  it('sees a secret with a value', async () => {
    const secrets = new SecretsManagerClient(client());
    const keys = { Name: 'api-keys', SecretString: 'one-of-the-keys' };
    const { ARN } = await secrets.send(new CreateSecretCommand(keys));
    secrets.destroy();
    const { stdout } = await doctor(
      ...['--stage', 'dev', '-c', `apiKeysSecretArn=${ARN}`, '-c', 'allowPlainHttp=true'],
    );
    expect(stdout).toMatch(/^ok +apiKeysSecretArn +there$/m);
  });

  it('checks the subnets of an existing VPC: their zones and their ways out', async () => {
    const ec2 = new EC2Client(client());
    const { vpcId, open, closed } = await makeNetwork(ec2);
    ec2.destroy();
    const { code, stdout } = await doctor(
      ...['--stage', 'dev', '-c', `vpcId=${vpcId}`, '-c', 'egress=nat'],
      ...['-c', `loadBalancerSubnetIds=${open}`, '-c', `taskSubnetIds=${closed}`],
      ...['-c', `storeSubnetIds=${closed[0]},subnet-00000000`],
    );
    expect(stdout).toMatch(/^ok +loadBalancerSubnetIds +2 subnets in us-east-1a, us-east-1b$/m);
    expect(stdout).toMatch(/^fail +taskSubnetIds +subnet-\w+: no route to 0\.0\.0\.0\/0$/m);
    expect(stdout).toMatch(/^fail +storeSubnetIds +one of subnet-\w+, subnet-0+ is missing$/m);
    expect(stdout).toContain('taskSubnetIds: Route 0.0.0.0/0 to a NAT gateway');
    expect(code).toBe(1);
  });

  it('checks the state and the policy of a customer key, with bulk for the delivery of logs', async () => {
    const kms = new KMSClient(client());
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const { KeyId = '', Arn = '' } = KeyMetadata ?? {};
    const check = async () =>
      (await doctor('--stage', 'dev', '-c', `kmsKeyArn=${Arn}`, '-c', 'bulk=true')).stdout;
    const before = await check();
    expect(before).toMatch(/^ok +customer key +Enabled, SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT$/m);
    expect(before).toMatch(/^\w+ +Spot vCPU quota +/m);
    expect(before).toMatch(
      /^fail +key policy +logs\.us-east-1\.amazonaws\.com may not kms:Encrypt/m,
    );
    const allow = (Principal: object) => ({
      Effect: 'Allow',
      Principal,
      Action: 'kms:*',
      Resource: '*',
    });
    const Statement = [
      allow({ AWS: `arn:aws:iam::${ACCOUNT}:root` }),
      allow({ Service: [`logs.${REGION}.amazonaws.com`, 'delivery.logs.amazonaws.com'] }),
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    kms.destroy();
    const after = await check();
    expect(after).toMatch(/^fail +customer key +Disabled, /m);
    expect(after).toMatch(/^ok +key policy +CloudWatch Logs, the delivery of logs and IAM of /m);
  });

  it('fails without credentials, when nothing is known of the account', async () => {
    const environment = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: REGION,
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      CDK_DOCKER: 'true',
    };
    const { code, stdout } = await runTool(['doctor', '--stage', 'dev'], {
      environment,
      timeoutMs: RUN_TIMEOUT_MS,
    });
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^fail +credentials +.*credentials/im),
    ]);
    expect(stdout).toMatch(/^unknown +bootstrap /m);
  });

  it('exits with 2 for a stage whose configuration is at fault', async () => {
    const { code, stderr } = await doctor('--stage', 'dev', '-c', 'minTask=2');
    expect([code, stderr]).toEqual([2, expect.stringContaining('minTask: unknown; use one of')]);
  });
});
