import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Deployment } from '../../../../cli/status/read-deployment.ts';
import type { Status } from '../../../../cli/status/read-status.ts';
import { sparkline } from '../../../../cli/status/render.ts';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
} from '../../../../service/contract/metrics.ts';
import { type Emulator, REGION, startEmulator } from '../../../helpers/emulator.ts';
import { runTool } from '../../../helpers/tool-process.ts';

const PROBE = 'prod-probe';
const SERVICE = { Name: 'Service', Value: 'tweet-sentiment-prod' };
const RUN_TIMEOUT_MS = 540_000;
const COLUMNS = 80;

let emulator: Emulator;
let client: CloudWatchClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new CloudWatchClient({
    endpoint: emulator.url,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});

async function status(...args: string[]) {
  return run(args, emulator.env);
}

function run(args: readonly string[], environment: Readonly<Record<string, string>>) {
  return runTool(['status', ...args], { environment, timeoutMs: RUN_TIMEOUT_MS });
}

async function statusOfProd() {
  const { stdout } = await status('--stage', 'prod', '--json');
  return JSON.parse(stdout) as Status & { readonly deployment: Deployment };
}

async function put(
  name: MetricName,
  value: number,
  minutesAgo: number,
  dimension?: { Name: string; Value: string },
) {
  await client.send(
    new PutMetricDataCommand({
      Namespace: METRIC_NAMESPACE,
      MetricData: [
        {
          MetricName: name,
          Value: value,
          Unit: METRICS[name].unit,
          Timestamp: new Date(Date.now() - minutesAgo * 60_000),
          Dimensions: dimension ? [SERVICE, dimension] : [SERVICE],
        },
      ],
    }),
  );
}

async function alarm(AlarmName: string, StateValue: 'ALARM' | 'OK') {
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName,
      AlarmDescription: `Something. Runbook: docs/alarms.md#${AlarmName}`,
      Namespace: METRIC_NAMESPACE,
      MetricName: 'ServerErrors',
      Dimensions: [SERVICE],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a test' }));
}

/** The parts of the service stack that the status reads, named as the template names them. */
function serviceStack(weights: { readonly blue: number; readonly green: number }) {
  const group = { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: {} };
  const weighed = (name: string, Weight: number) => ({ TargetGroupArn: { Ref: name }, Weight });
  return {
    Resources: {
      LoadBalancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Name: 'status-test' },
      },
      Listener: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: 'LoadBalancer' },
          Port: 80,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        },
      },
      ProbeFunction1: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: PROBE,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::000000000000:role/any',
          Code: { ZipFile: 'exports.handler = () => {}' },
        },
      },
      EndpointBlue1: { ...group, Properties: { Name: 'blue', Port: 80, Protocol: 'HTTP' } },
      EndpointGreen1: { ...group, Properties: { Name: 'green', Port: 80, Protocol: 'HTTP' } },
      TrafficProductionRule1: {
        Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
        Properties: {
          ListenerArn: { Ref: 'Listener' },
          Priority: 1,
          Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
          Actions: [
            {
              Type: 'forward',
              ForwardConfig: {
                TargetGroups: [
                  weighed('EndpointBlue1', weights.blue),
                  weighed('EndpointGreen1', weights.green),
                ],
              },
            },
          ],
        },
      },
    },
    Outputs: { StageValues: { Value: '{"stage":"prod","minTasks":4}' } },
  };
}

describe('tss status', () => {
  it('shows nothing but gaps where a stage has no figures yet', async () => {
    await alarm('tweet-sentiment-prod-failures', 'OK');
    const { code, stdout } = await status('--stage', 'prod');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^requests +- +- +·{30}$/m);
    expect(stdout).toContain('Alarms: 0 firing, 1 well, 0 without data');
  });

  describe('of a stage with metrics', () => {
    beforeAll(async () => {
      await put('Requests', 100, 60);
      await put('Requests', 300, 20);
      await put('ServerErrors', 30, 20);
      await put('Shed', 3, 20);
      await put('FeatureStoreHits', 75, 20);
      await put('FeatureStoreMisses', 25, 20);
      await put('LabelDrift', 0.2, 40);
      await put('LabelDrift', 0.1, 20);
      await put('WorkerSaturation', 40, 20);
      await put('WorkerSaturation', 90, 20);
      await put('RequestFailures', 20, 20, { Name: 'Code', Value: 'overloaded' });
      await put('RequestFailures', 10, 20, { Name: 'Code', Value: 'internal' });
      await client.send(
        new PutMetricDataCommand({
          Namespace: 'AWS/ElastiCache',
          MetricData: ['001', '002'].map((node, index) => ({
            MetricName: 'DatabaseMemoryUsagePercentage',
            Value: 10 + index,
            Timestamp: new Date(Date.now() - 20 * 60_000),
            Dimensions: [{ Name: 'CacheClusterId', Value: `tweet-sentiment-prod-${node}` }],
          })),
        }),
      );
      // Of another stage: it must not show.
      await client.send(
        new PutMetricDataCommand({
          Namespace: METRIC_NAMESPACE,
          MetricData: [
            {
              MetricName: 'Requests',
              Value: 9_999,
              Dimensions: [{ Name: 'Service', Value: 'tweet-sentiment-dev' }],
            },
          ],
        }),
      );
    });

    it.each<[string, number, number]>([
      ['requests', 300, 400],
      ['failure rate', 10, 7.5],
      ['refusal rate', 1, 0.75],
      ['hit rate', 75, 75],
      ['saturation', 90, 90],
      ['problems answered', 30, 30],
      ['Valkey memory', 11, 11],
    ])('gives %s as %d now, and %d over the window', async (name, latest, overall) => {
      const { figures } = await statusOfProd();
      expect(figures.find((figure) => figure.name === name)).toMatchObject({ latest, overall });
    });

    it('draws them in 80 columns', async () => {
      const { stdout } = await status('--stage', 'prod');
      for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(COLUMNS);
      expect(stdout).toMatch(/^requests +300 +400 total +·*▃·+█·*$/m);
      expect(stdout).toMatch(/^label drift +0\.10 +0\.15 mean/m);
      expect(stdout).toMatch(/^failure rate +10\.0 % +7\.5 % overall/m);
    });
  });

  it('says with which values the stage is deployed', async () => {
    expect((await statusOfProd()).deployment).toMatchObject({
      weights: null,
      unknown: expect.stringContaining('tweet-sentiment-prod-service'),
    });
    const formation = new CloudFormationClient({
      endpoint: emulator.url,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const StackName = 'tweet-sentiment-prod-service';
    const TemplateBody = JSON.stringify(serviceStack({ blue: 10, green: 90 }));
    await formation.send(new CreateStackCommand({ StackName, TemplateBody }));
    const wait = { client: formation, minDelay: 1, maxDelay: 2, maxWaitTime: 20 };
    await waitUntilStackCreateComplete(wait, { StackName });
    formation.destroy();
    // The emulator keeps the rule, but not its weights.
    expect((await statusOfProd()).deployment).toEqual({
      weights: null,
      values: '{"stage":"prod","minTasks":4}',
      probe: { functionName: PROBE },
      tasks: 'the service stack has no ECS service',
      unknown: expect.stringMatching(/^arn:aws:.*:listener-rule\/.* has no weights$/),
      // The file of prod in this checkout has no certificate.
      differences: [expect.stringMatching(/^not compared: One fault .* certificateArn: /)],
    });
  });

  it('shows the success and the time of the probe that the stack has', async () => {
    const Dimensions = [{ Name: 'FunctionName', Value: PROBE }];
    const Timestamp = new Date(Date.now() - 20 * 60_000);
    const values = { Invocations: 4, Errors: 1, Duration: 180 };
    await client.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/Lambda',
        MetricData: Object.entries(values).map(([MetricName, Value]) => ({
          MetricName,
          Value,
          Timestamp,
          Dimensions,
        })),
      }),
    );
    const { stdout } = await status('--stage', 'prod');
    expect(stdout).toMatch(/^probe success +75\.0 % +75\.0 % overall/m);
    expect(stdout).toMatch(/^probe time +180 ms +180 ms mean/m);
  });

  it('ends with 1 while an alarm is firing, and names it with its runbook', async () => {
    await alarm('tweet-sentiment-prod-failures', 'ALARM');
    await alarm('tweet-sentiment-prod-latency', 'OK');
    await alarm('tweet-sentiment-dev-failures', 'ALARM');
    await alarm('TargetTracking-service/tweet-sentiment-prod/x-AlarmHigh', 'ALARM');
    const { code, stdout } = await status('--stage', 'prod');
    expect(code).toBe(1);
    expect(stdout).toContain('Alarms: 1 firing, 1 well, 0 without data');
    expect(stdout).toMatch(
      /^ {2}tweet-sentiment-prod-failures, since [\d-]+ [\d:]+ UTC\n {4}Some/m,
    );
    expect(stdout).toContain('Runbook: docs/alarms.md#tweet-sentiment-prod-failures');
    await alarm('tweet-sentiment-prod-failures', 'OK');
    expect((await status('--stage', 'prod')).code).toBe(0);
  });

  it.each([
    [[], "required option '--stage <STAGE>' not specified"],
    [['--stage', 'elsewhere'], 'The stage elsewhere has no alarms and no figures here'],
    [['--stage', 'Test!'], '--stage must be 1 to 16 lower-case letters and digits'],
    [['--stage', 'dev', '--hours', '0'], "--hours must be a number from 1 to 360, got '0'"],
    [['--stage', 'dev', '--color'], "unknown option '--color'"],
  ])('status exits 2 for %j with the remedy', async (args, message) => {
    const { code, stderr } = await status(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

it('ends with 2 where CloudWatch cannot be reached, and says what to check', async () => {
  const nowhere = {
    ...emulator.env,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_MAX_ATTEMPTS: '1',
  };
  const { code, stderr } = await run(['--stage', 'prod'], nowhere);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^CloudWatch could not be read\. .*\nCheck the region \(AWS_REGION\)/);
});

describe('a sparkline', () => {
  it.each([
    [[], ''],
    [[null, null], '··'],
    [[0, 0], '▁▁'],
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[null, 5, 10], '·▅█'],
  ])('of %j is "%s"', (series, line) => {
    expect(sparkline(series)).toBe(line);
  });

  it('has one bar for each value, the highest for the highest', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }))), (series) => {
        const line = [...sparkline(series)];
        expect(line).toHaveLength(series.length);
        const most = Math.max(...series.map((value) => value ?? -1));
        if (most > 0) expect(line[series.indexOf(most)]).toBe('█');
      }),
    );
  });
});
