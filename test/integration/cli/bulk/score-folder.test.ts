import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bulkDefinition } from '../../../../lib/constructs/bulk-definition.ts';
import { ACCOUNT, type Emulator, REGION, startEmulator } from '../../../helpers/emulator.ts';
import { runTool } from '../../../helpers/tool-process.ts';

const BUCKET = 'bulk-of-a-test';
const NAME = 'tweet-sentiment-dev-bulk';
const SETTINGS = {
  bucket: BUCKET,
  stateMachineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${NAME}`,
  architecture: 'x86_64',
  taskVcpus: 4,
  taskMemoryGib: 8,
  concurrency: 32,
};

/** Report of a task about an object of 100 lines, one of them empty. */
const reportOf = (name: string, model_revision: string) =>
  JSON.stringify({
    input: `s3://${BUCKET}/input/partly/${name}.txt`,
    range: '0-67108864',
    etag: '"e"',
    lines: 100,
    scored: 99,
    left_out: 1,
    first_left_out: [{ line: 7, problem: 'empty' }],
    seconds: 60,
    model_name: 'm',
    model_revision,
    output: 's3://b/r',
  });

const copied = (from: string, to: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:s3:copyObject',
  Parameters: { Bucket: BUCKET, CopySource: `${BUCKET}/${from}`, Key: to },
});

/**
 * The definition of the stack, with states instead of tasks: an item named `broken` fails, and one
 * named `partly` leaves its report, beside the report of an item of another run.
 */
function definition() {
  const real = bulkDefinition({ partition: 'aws', subnets: 1, publicAddress: false });
  const map = real.States['Score items'];
  const States = {
    'Score on Spot': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.item.input', StringMatches: '*broken*', Next: 'Broken' },
        { Variable: '$.item.input', StringMatches: '*partly*', Next: 'Report' },
      ],
      Default: 'Scored',
    },
    Broken: {
      Type: 'Fail',
      Error: 'States.TaskFailed',
      Cause: '"ExitCode":1,"StoppedReason":"done"',
    },
    Report: { ...copied('made/a.json', 'reports/1/a.json'), Next: 'Report of another run' },
    'Report of another run': { ...copied('made/b.json', 'reports/1/b.json'), End: true },
    Scored: { Type: 'Pass', End: true },
  };
  const ItemProcessor = { ...map.ItemProcessor, States };
  return { ...real, States: { 'Score items': { ...map, ItemProcessor } } };
}

const TEMPLATE = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: BUCKET } },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: NAME,
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/any`,
        DefinitionString: JSON.stringify(definition()),
      },
    },
  },
  Outputs: { BulkSettings: { Value: JSON.stringify(SETTINGS) } },
};

let emulator: Emulator;
let s3: S3Client;

const put = (Key: string, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));

const score = (...args: string[]) =>
  runTool(['score', ...args, '--stage', 'dev'], { environment: emulator.env });

beforeAll(async () => {
  emulator = await startEmulator();
  const client = {
    endpoint: emulator.url,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  s3 = new S3Client({ ...client, forcePathStyle: true });
  const formation = new CloudFormationClient(client);
  await formation.send(
    new CreateStackCommand({ StackName: NAME, TemplateBody: JSON.stringify(TEMPLATE) }),
  );
  await waitUntilStackCreateComplete(
    { client: formation, maxWaitTime: 30, minDelay: 1 },
    { StackName: NAME },
  );
  formation.destroy();
  for (const name of ['a', 'b']) {
    await put(`input/good/${name}.jsonl`, '{"text":"I love this phone"}\n'.repeat(100));
  }
  await put('input/good/readme.md', 'no texts');
  await put('input/good-old/a.jsonl', '{"text":"I loved this phone"}\n');
  await put('input/good.csv', 'text\nI liked this phone\n');
  await put('input/partly/a.txt', 'I love this phone\n'.repeat(100));
  for (const name of ['a', 'b']) await put(`made/${name}.json`, reportOf(name, '1'));
  await put('input/mixed/a.jsonl', '{"text":"a"}\n');
  await put('input/mixed/broken.csv', 'text\na\n');
});
afterAll(async () => {
  s3?.destroy();
  await emulator?.stop();
});

describe('tss score of a folder on S3', () => {
  it('tells tasks, texts, time and cost, and starts nothing, with --dry-run', async () => {
    const { code, stdout } = await score(`s3://${BUCKET}/input/good/`, '--dry-run');
    expect(stdout.split('\n')).toEqual([
      'Tasks: 2 of 4 vCPU and 8 GB, 2 at a time',
      'Texts: about 200 in 0.0 MB, 29 bytes each (sampled)',
      'Time: about 1 min, 0.1 vCPU hours, at 187 texts a second and vCPU',
      'Cost: about $0.00 on Spot, $0.01 on demand (list prices of us-east-1, 2026-11)',
      expect.stringMatching(/^Left out: 1 object of another format .*: input\/good\/readme\.md$/),
      '',
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ['a folder without its slash, and none whose name begins alike', 'input/good', 2],
    ['one object', 'input/good/a.jsonl', 1],
  ])('takes %s', async (_name, key, tasks) => {
    const { stdout } = await score(`s3://${BUCKET}/${key}`, '--dry-run');
    expect(stdout).toContain(`Tasks: ${tasks} of `);
  });

  it('starts a run of the items of a folder and follows it to its end', async () => {
    const first = await score(`s3://${BUCKET}/input/good/`, '--text-column', 'text');
    expect(first.code).toBe(0);
    const [, run = ''] = /^Run (\S+) continues without this command/m.exec(first.stdout) ?? [];
    expect(first.stdout).toContain('Items: 2 of 2 done, 0 failed');
    expect(first.stderr).toContain(`${run}  2/2  100 %`);
    const items = await s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: `runs/${run}/items.json` }),
    );
    expect(JSON.parse((await items.Body?.transformToString()) ?? '')).toEqual([
      { input: `s3://${BUCKET}/input/good/a.jsonl`, range: '0-67108864' },
      { input: `s3://${BUCKET}/input/good/b.jsonl`, range: '0-67108864' },
    ]);
  });

  it('comes back to a run by its id, and tells what its own tasks scored', async () => {
    const first = await score(`s3://${BUCKET}/input/partly/`);
    const [, run = ''] = /^Run (\S+) continues without this command/m.exec(first.stdout) ?? [];
    // A later run scores the same object by another model.
    await put('reports/2/a.json', reportOf('a', '2'));
    const again = await score('--run', run);
    for (const { code, stdout } of [first, again]) {
      expect(stdout).toContain('Texts: 99 scored, 1 left out');
      expect(stdout).toContain('a.txt bytes 0-67108864, line 7: empty');
      expect(code).toBe(3);
    }
  });

  it('says that the summary cannot be read, and not that the run goes on, once it has ended', async () => {
    const { stdout } = await score(`s3://${BUCKET}/input/good/`);
    const [, run = ''] = /^Run (\S+) continues without this command/m.exec(stdout) ?? [];
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `runs/${run}/items.json` }));
    const { code, stderr } = await score('--run', run);
    expect(stderr).toMatch(
      new RegExp(
        `^The summary of run ${run} could not be read: .+\\. To read it again: tss score --run ${run} --stage dev$`,
        'm',
      ),
    );
    expect([code, stderr]).toEqual([1, expect.not.stringContaining('does not stop the run')]);
  });

  it('exits with 1 when an item failed, and names it', async () => {
    const { code, stdout } = await score(`s3://${BUCKET}/input/mixed/`, '--tolerate', '100');
    expect(stdout).toContain('Items: 1 of 2 done, 1 failed');
    expect(stdout).toContain(`Failed: s3://${BUCKET}/input/mixed/broken.csv: done, exit code 1`);
    expect(code).toBe(1);
  });

  it('refuses a folder that the tasks may not read, and says what to do', async () => {
    const { code, stderr } = await score('s3://other/input/');
    expect(stderr).toContain('copy it there, such as by aws s3 sync s3://other/input/');
    expect(code).toBe(2);
  });

  it('exits with 1 for a folder without texts, and for a stage without the stack', async () => {
    const empty = await score(`s3://${BUCKET}/input/nothing/`);
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining('nothing to score')]);
    const { code, stderr } = await runTool(['score', '--run', 'r', '--stage', 'other'], {
      environment: emulator.env,
    });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('"bulk": true in stages/other.json'),
    ]);
  });
});
