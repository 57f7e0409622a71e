import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { parseReport, type Report } from '../../cli/bulk/contract.ts';
import { planItems } from '../../cli/bulk/plan.ts';
import { buildImage, docker } from '../../script/image/lib/docker.ts';
import { type Emulator, REGION, startEmulator } from '../helpers/emulator.ts';
import { runTool, type ToolEnd } from '../helpers/tool-process.ts';
import { CONTEXT, synthesize } from '../lib/synthesize.ts';
import { Account } from './account.ts';
import type { Resource } from './assembly.ts';
import { describeRunning, ENGINE_HOST, engine } from './engine.ts';
import { isUnknown } from './unknown-to-emulator.ts';

/** Ends a test that hangs: it builds an image, and machines are busy. */
const TIMEOUT_MS = 900_000;
jest.setTimeout(TIMEOUT_MS);

/** Nothing listens here, so that the emulator uses the image of the local engine. */
const IMAGE = '127.0.0.1:1/tweet-sentiment-service:bulk';
const TAG = 'tweet-sentiment-service:test';
const SUBNETS = ['subnet-00000001', 'subnet-00000002'];
const LARGE_LINES = 1_500;
/** Cuts it into three. */
const RANGE_BYTES = 20_000;
const ITEMS = 4 + 3;
const GOOD = '{"id":"1","text":"I love this phone"}\n';

let emulator: Emulator;
let account: Account;
let s3: S3Client;
let bucket: string;
let machine: string;
let states: SFNClient;
let run: ToolEnd;
let reports: Report[];

/** The stack in an existing VPC, which needs no other stack. */
function template() {
  const {
    Parameters: _p,
    Rules: _r,
    ...stack
  } = synthesize({
    ...CONTEXT.dev,
    imageUri: IMAGE,
    bulk: true,
    bulkTaskVcpus: 1,
    vpcId: 'vpc-0a1b2c3d',
    loadBalancerSubnetIds: SUBNETS,
    taskSubnetIds: SUBNETS,
    storeSubnetIds: SUBNETS,
  })
    .of('bulk')
    .toJSON();
  const known = Object.entries(stack.Resources as Record<string, Resource>).filter(
    ([id, resource]) => !isUnknown(resource) && !id.startsWith('CustomS3'),
  );
  // The SDK takes no credentials from the address at which the emulator has those of the task.
  for (const { Type, Properties } of Object.values(stack.Resources as Record<string, Resource>)) {
    if (Type !== 'AWS::ECS::TaskDefinition') continue;
    const [container] = Properties!.ContainerDefinitions as { Environment: object[] }[];
    container!.Environment.push(
      { Name: 'AWS_REGION', Value: REGION },
      { Name: 'AWS_ACCESS_KEY_ID', Value: 'test' },
      { Name: 'AWS_SECRET_ACCESS_KEY', Value: 'test' },
    );
  }
  const Outputs = { BulkSettings: stack.Outputs.BulkSettings };
  return { ...stack, Outputs, Resources: Object.fromEntries(known.map(withoutOrder)) };
}

/** Some that the order names are not there. */
function withoutOrder([id, { DependsOn: _d, ...resource }]: [string, Resource]) {
  return [id, resource] as const;
}

const put = (Key: string, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

async function keys(Prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  return Contents.map(({ Key = '' }) => Key);
}

async function read(Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

/** Runs all objects, cut into small ranges, and follows the run by the command. */
async function runItems(name: string): Promise<ToolEnd> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: 'input/' }),
  );
  const objects = Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, bytes: Size }));
  const items = planItems(bucket, objects, RANGE_BYTES).items.map(({ item }) => item);
  expect(items).toHaveLength(ITEMS);
  await put(`runs/${name}/items.json`, JSON.stringify(items));
  const input = {
    run: name,
    items: { bucket, key: `runs/${name}/items.json` },
    output: `s3://${bucket}/results/`,
    reports: `s3://${bucket}/reports/`,
    concurrency: 2,
    toleratedFailurePercentage: 0,
  };
  await states.send(
    new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) }),
  );
  return runTool(['score', '--run', name, '--stage', 'dev'], {
    environment: emulator.env,
    timeoutMs: TIMEOUT_MS,
  });
}

describeRunning('the bulk stack, whose tasks run the image', () => {
  beforeAll(async () => {
    await buildImage({ tag: TAG });
    await docker('tag', TAG, IMAGE);
    emulator = await startEmulator(ENGINE_HOST);
    account = new Account(emulator);
    const { BulkSettings = '{}' } = await account.createStack(
      'tweet-sentiment-dev-bulk',
      template(),
    );
    const { stateMachineArn, ...settings } = JSON.parse(BulkSettings);
    ({ bucket } = settings);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = { endpoint: emulator.url, region: REGION, credentials };
    s3 = new S3Client({ ...client, forcePathStyle: true });
    states = new SFNClient(client);
    await put('input/one.jsonl', GOOD.repeat(10));
    await put('input/two.csv', `text,n\n${'what a day,1\n'.repeat(10)}`);
    await put('input/three.txt', 'I hate waiting\n'.repeat(10));
    await put('input/bad.jsonl', `${GOOD}no JSON\n${GOOD}`);
    await put('input/large.jsonl', GOOD.repeat(LARGE_LINES));
    machine = stateMachineArn;
    run = await runItems('first');
    reports = (await Promise.all((await keys('reports/')).map(read))).flatMap(
      (text) => parseReport(text) ?? [],
    );
  });

  afterAll(async () => {
    s3?.destroy();
    states?.destroy();
    account?.close();
    await emulator?.stop();
    await engine!.stop();
  });

  it('scores every object by a task, and exits with 3 for the line that it left out', () => {
    expect(run.stdout).toContain('Items: 7 of 7 done, 0 failed');
    expect(run.stdout).toContain(
      `Texts: ${(32 + LARGE_LINES).toLocaleString('en')} scored, 1 left out`,
    );
    expect(run.code).toBe(3);
  });

  it('leaves a report and a result of each object, and the bad line is in its report', async () => {
    expect(reports).toHaveLength(ITEMS);
    const results = await keys('results/');
    for (const { output } of reports) expect(results).toContain(output.split(`${bucket}/`)[1]);
    const bad = reports.find(({ input }) => input.endsWith('bad.jsonl'));
    expect(bad).toMatchObject({ lines: 3, scored: 2, left_out: 1 });
    expect(bad?.first_left_out[0]?.line).toBe(2);
  });

  it('scores nothing again in a second run', async () => {
    const before = await keys('results/');
    const { stdout, code } = await runItems('second');
    expect(stdout).toContain('Items: 7 of 7 done, 0 failed');
    expect(stdout).toContain('7 of them had been done before');
    expect(code).toBe(0);
    expect(await keys('results/')).toEqual(before);
  });
});
