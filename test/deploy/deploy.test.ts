import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeAlarmsCommand,
  GetDashboardCommand,
  ListDashboardsCommand,
} from '@aws-sdk/client-cloudwatch';
import { ListClustersCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METRIC_NAMESPACE } from '../../service/contract/metrics.ts';
import { cdk } from '../helpers/cdk.ts';
import { ACCOUNT, type Emulator, REGION, startEmulator } from '../helpers/emulator.ts';
import { Account } from './account.ts';
import type { Resource } from './assembly.ts';
import { stripAssembly, UNKNOWN } from './unknown-to-emulator.ts';

const CERTIFICATE = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`;

/** Data that outlives its stack would outlive this test. */
const STAGES = {
  dev: ['stage=dev', 'offlineStore=true'],
  prod: [
    'stage=prod',
    `certificateArn=${CERTIFICATE}`,
    'offlineStore=true',
    'retainData=false',
    'valkeySnapshotDays=0',
    'alertEmail=someone@example.org',
  ],
} as const;
type Stage = keyof typeof STAGES;
const NAMES = Object.keys(STAGES) as Stage[];

const FIRST = ['imageUri=example.org/tweet-sentiment:1', 'tweetReadsPerHour=1000'];
const SECOND = ['imageUri=example.org/tweet-sentiment:2', 'tweetReadsPerHour=2000'];

let emulator: Emulator;
let folder: string;
let account: Account;

beforeAll(async () => {
  emulator = await startEmulator();
  folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  account = new Account(emulator);
});

afterAll(async () => {
  account?.close();
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Synthesizes without credentials, then removes what the emulator does not know. */
async function synthesize(stage: Stage, changed: readonly string[]): Promise<string> {
  const assembly = join(folder, `${stage}-${changed === FIRST ? 1 : 2}`);
  const context = [...STAGES[stage], ...changed].flatMap((entry) => ['-c', entry]);
  await cdk(['synth', '--quiet', '--output', assembly, ...context]);
  stripAssembly(assembly);
  return assembly;
}

const clusterOf = (stage: Stage) => `tweet-sentiment-${stage}`;

async function alarm(name: string) {
  const { MetricAlarms = [] } = await account.watch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name] }),
  );
  return MetricAlarms[0];
}

/** Why a stack of this resource alone cannot be created; empty when it can. */
async function refusal(resource: Resource): Promise<string> {
  const { formation } = account;
  const StackName = resource.Type.replaceAll(/\W+/g, '-');
  const TemplateBody = JSON.stringify({ Resources: { Alone: resource } });
  try {
    await formation.send(new CreateStackCommand({ StackName, TemplateBody }));
    const waiting = { client: formation, maxWaitTime: 30, minDelay: 1 };
    await waitUntilStackCreateComplete(waiting, { StackName }).catch(() => undefined);
    const { StackEvents = [] } = await formation.send(
      new DescribeStackEventsCommand({ StackName }),
    );
    await formation.send(new DeleteStackCommand({ StackName }));
    return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').join('\n');
  } catch (error) {
    return String(error);
  }
}

describe('what the emulator does not know', () => {
  it.each(UNKNOWN)('$Type is not known yet', async (resource) => {
    expect(await refusal(resource)).toMatch(/Unrecognized resource type|is not supported/);
  });
});

describe.each(NAMES)('deploying %s', (stage) => {
  let assembly: string;
  beforeAll(async () => {
    assembly = await synthesize(stage, FIRST);
    await account.bootstrap(assembly);
  });

  it('creates every stack', async () => {
    await account.deploy(assembly);
    const parts = ['feature-store', 'network', 'observability', 'offline-store', 'service'];
    expect(await account.activeStacks()).toEqual(
      expect.arrayContaining(parts.map((part) => `tweet-sentiment-${stage}-${part}`)),
    );
  });

  it('leaves a service that runs the image with the variables given', async () => {
    const { service, taskDefinition, container } = await account.serviceOf(clusterOf(stage));
    expect(service?.launchType).toBe('FARGATE');
    expect(service?.networkConfiguration?.awsvpcConfiguration?.securityGroups).toHaveLength(2);
    expect(taskDefinition?.cpu).toBe(stage === 'prod' ? '2048' : '1024');
    expect(container?.image).toBe('example.org/tweet-sentiment:1');
    const environment = Object.fromEntries(
      (container?.environment ?? []).map(({ name, value }) => [name, value]),
    );
    expect(environment).toMatchObject({
      REDIS_URL: expect.stringMatching(/^rediss:\/\/[^:/]+:6379$/),
      SERVICE_NAME: `tweet-sentiment-${stage}`,
      METRICS: 'emf',
    });
  });

  it('leaves alarms that name their runbook', async () => {
    const { MetricAlarms = [] } = await account.watch.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: `tweet-sentiment-${stage}-` }),
    );
    expect(MetricAlarms.length).toBeGreaterThan(5);
    for (const { AlarmName, AlarmDescription } of MetricAlarms) {
      expect([AlarmName, AlarmDescription]).toEqual([
        AlarmName,
        expect.stringContaining(' in docs/alarms.md.'),
      ]);
    }
    const names = MetricAlarms.map(({ AlarmName }) => AlarmName);
    const release = names.filter((name) => name?.includes('-release-'));
    expect(release).toHaveLength(stage === 'prod' ? 5 : 0);
  });

  it('leaves a dashboard that shows the metrics of the service', async () => {
    const { DashboardBody = '' } = await account.watch.send(
      new GetDashboardCommand({ DashboardName: `tweet-sentiment-${stage}` }),
    );
    const { widgets } = JSON.parse(DashboardBody) as {
      widgets: { properties: { title?: string; metrics?: unknown[] } }[];
    };
    const latency = widgets.find(({ properties }) => properties.title === 'Latency');
    expect(latency?.properties.metrics?.[0]).toEqual(
      expect.arrayContaining([METRIC_NAMESPACE, 'RequestLatency', `tweet-sentiment-${stage}`]),
    );
  });
});

describe.each(NAMES)('updating %s', (stage) => {
  it('changes the image, the revision and an alarm, and nothing of their names', async () => {
    const before = await account.serviceOf(clusterOf(stage));
    await account.deploy(await synthesize(stage, SECOND));
    const after = await account.serviceOf(clusterOf(stage));
    expect(after.container?.image).toBe('example.org/tweet-sentiment:2');
    expect(after.service?.serviceArn).toBe(before.service?.serviceArn);
    const revision = ({ container }: typeof before) =>
      container?.environment?.find(({ name }) => name === 'SERVICE_REVISION')?.value;
    expect(revision(after)).toMatch(/^[0-9a-f]{12}$/);
    expect(revision(after)).not.toBe(revision(before));
    expect((await alarm(`tweet-sentiment-${stage}-tweet-reads`))?.Threshold).toBe(2_000);
    if (stage === 'prod') {
      const watched = await alarm('tweet-sentiment-prod-release-revision-latency');
      expect(watched?.Dimensions).toContainEqual({ Name: 'Revision', Value: revision(after) });
    }
  });
});

describe('destroying both stages', () => {
  it('leaves nothing', async () => {
    for (const stage of NAMES) {
      await account.destroy(join(folder, `${stage}-2`));
    }
    expect(await account.activeStacks()).toEqual(['CDKToolkit']);
    const { MetricAlarms } = await account.watch.send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms ?? []).toEqual([]);
    const { DashboardEntries } = await account.watch.send(new ListDashboardsCommand({}));
    expect(DashboardEntries ?? []).toEqual([]);
    const { clusterArns } = await account.ecs.send(new ListClustersCommand({}));
    expect((clusterArns ?? []).filter((arn) => arn.includes('tweet-sentiment'))).toEqual([]);
  });
});
