import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { changeModel } from '../../script/image/lib/change-context.ts';
import { docker } from '../../script/image/lib/docker.ts';
import { METRIC_NAMESPACE } from '../../service/contract/metrics.ts';
import { eventually } from '../helpers/eventually.ts';
import { findResources } from './assembly.ts';
import { seriesOf } from './embedded-metrics.ts';
import { describeRunning, engine } from './engine.ts';
import { ask, post, readTweet } from './requests.ts';
import { RunningStage } from './running-stage.ts';

/** Ends a test that hangs: it builds an image, and machines are busy. */
const TIMEOUT_MS = 900_000;
jest.setTimeout(TIMEOUT_MS);

const soon = <T>(work: () => Promise<T>) => eventually(work, TIMEOUT_MS / 3, 250);

/** Bundled examples, which the tweet source `fixture` reads. */
const [TWEET, OTHER_TWEET] = ['1460323737035677698', '1764556683998138368'] as const;

let stage: RunningStage;
let subnets: readonly string[];
let assembly: string;
let firstRevision: string;
let firstHook: string;

describeRunning('a stage with a stage file, in an existing VPC, whose tasks run the image', () => {
  beforeAll(async () => {
    stage = await RunningStage.open();
    subnets = await stage.prepare({
      preset: 'dev',
      deployment: 'canary',
      environment: { RATE_LIMIT_PER_MINUTE: '777', TWEET_SOURCE: 'fixture' },
    });
    assembly = await stage.release('test');
    firstHook = await stage.goldenHook();
  });

  afterAll(async () => {
    await stage?.close();
    await engine!.stop();
  });

  it('has its tasks in the subnets of the VPC, and no network stack', async () => {
    expect(await stage.account.activeStacks()).toEqual([
      'CDKToolkit',
      'company-network',
      ...['feature-store', 'observability', 'service'].map((part) => `${stage.cluster}-${part}`),
    ]);
    const { service } = await stage.account.serviceOf(stage.cluster);
    expect(service?.networkConfiguration?.awsvpcConfiguration?.subnets).toEqual(subnets);
  });

  it('answers callers through the load balancer, with the settings of the stage file', async () => {
    const { answer, headers } = await soon(() => ask(stage.callerDoor));
    expect(answer.results).toMatchObject([{ sentimentAnalyst: 'positive' }]);
    expect(headers.get('x-ratelimit-limit')).toBe('777');
    firstRevision = answer.model.revision;
  });

  it('keeps a tweet in its store, as the generated user, and finds it there', async () => {
    const read = (tweetId: string) => readTweet(stage.callerDoor, tweetId);
    // The store accepts the user a moment after the first task has started.
    await soon(async () => expect(await read(OTHER_TWEET)).toBe('hit'));
    expect(await read(TWEET)).toBe('miss');
    await soon(async () => expect(await read(TWEET)).toBe('hit'));
  });

  it('passes the health checks of load balancer and task, which the emulator does not make', async () => {
    expect((await fetch(`${stage.callerDoor.url}/readyz`)).status).toBe(200);
    const [task] = findResources(assembly, 'AWS::ECS::TaskDefinition');
    const [container] = task!.Properties!.ContainerDefinitions as {
      HealthCheck: { Command: string[] };
    }[];
    const [kind, ...command] = container!.HealthCheck.Command;
    expect(kind).toBe('CMD');
    // Fails unless the command ends with 0.
    await docker('exec', (await stage.containers())[0]!, ...command);
  });

  it('writes the metrics that alarms watch to its log, from which the emulator extracts none', async () => {
    const alarms = ['latency', 'release-revision-latency', 'saturated', 'silent'];
    const { MetricAlarms = [] } = await stage.account.watch.send(
      new DescribeAlarmsCommand({ AlarmNames: alarms.map((name) => `${stage.cluster}-${name}`) }),
    );
    expect(MetricAlarms).toHaveLength(alarms.length);
    const { container } = await stage.account.serviceOf(stage.cluster);
    const logGroup = container?.logConfiguration?.options?.['awslogs-group'] ?? '';
    await soon(async () => {
      const written = seriesOf(await stage.account.logLines(logGroup));
      for (const { MetricName, Dimensions = [] } of MetricAlarms) {
        expect(written).toContainEqual({
          namespace: METRIC_NAMESPACE,
          metric: MetricName,
          dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
        });
      }
    });
  });

  it('refuses requests to the test listener without the secret of the golden hook', async () => {
    expect((await post(stage.hookDoor)).status).toBe(404);
  });

  it('is accepted by its golden hook, which the test calls in place of ECS', async () => {
    expect(await stage.account.invoke(firstHook)).toEqual({ hookStatus: 'SUCCEEDED' });
  });

  it('replaces a task that is killed, and the new one finds the tweet in the store', async () => {
    const before = await stage.containers();
    expect(before).toHaveLength(1);
    await docker('kill', ...before);
    await soon(async () => {
      const after = await stage.containers();
      expect(after).toHaveLength(1);
      expect(after).not.toEqual(before);
    });
    await soon(async () => expect(await readTweet(stage.callerDoor, TWEET)).toBe('hit'));
  });

  it('serves a second model after a release: its golden hook accepts it, that of the first refuses it', async () => {
    await changeModel(stage.checkout.folder);
    assembly = await stage.release('second-model');
    await soon(async () => {
      const { service } = await stage.account.serviceOf(stage.cluster);
      expect(service?.deployments).toHaveLength(1);
      const { answer } = await ask(stage.callerDoor);
      expect(answer.model.revision).not.toBe(firstRevision);
    });
    const hook = await stage.goldenHook();
    expect(hook).not.toBe(firstHook);
    expect(await stage.account.invoke(hook)).toEqual({ hookStatus: 'SUCCEEDED' });
    expect(await stage.account.invoke(firstHook)).toEqual({ hookStatus: 'FAILED' });
  });

  it('is destroyed with its tasks, and the VPC stays', async () => {
    const tasks = await stage.containers();
    expect(tasks).toHaveLength(1);
    await stage.account.destroy(assembly);
    expect(await stage.account.activeStacks()).toEqual(['CDKToolkit', 'company-network']);
    await soon(async () => {
      expect(await docker('ps', '--quiet')).not.toContain(tasks[0]);
    });
  });
});
