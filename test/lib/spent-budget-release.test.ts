import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { handler } from '../../lib/check-functions/golden-hook.ts';
import { releaseAlarms } from '../../lib/monitoring/release-alarms.ts';
import { readStageConfig } from '../../lib/stage-config.ts';
import { cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';
import { type Measured, stateOf } from './release-alarm.ts';
import { CONTEXT } from './synthesize.ts';

const REVISION = 'abc123';
const API_KEY = 'key-of-the-test';
const REFUSED = 40;

let x: XApiStub;
let service: ServiceProcess;
let secrets: Server;
/** Metrics of the service for its revision until it ended. */
let measured: Measured;
let answers: { readonly status: number; readonly code: string | undefined }[];
let hookStatus: string;

/** Secrets Manager as far as the hook asks it: a secret's text is its own name. */
async function startSecrets(): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { SecretId } = JSON.parse(body) as { SecretId: string };
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ SecretString: SecretId }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/** Sums, or the highest value of a distribution, of what embedded metrics say of the revision. */
function measuredBy(output: string): Measured {
  const sums: Record<string, number> = {};
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"') || !line.includes('CloudWatchMetrics')) continue;
    const record = JSON.parse(line) as Record<string, unknown> & {
      _aws: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
    };
    for (const { Dimensions, Metrics } of record._aws.CloudWatchMetrics) {
      if (record.Revision !== REVISION || !Dimensions.some((set) => set.includes('Revision')))
        continue;
      for (const { Name } of Metrics) {
        const values = [record[Name]].flat().map(Number);
        sums[Name] =
          Name === 'RequestLatency'
            ? Math.max(sums[Name] ?? 0, ...values)
            : values.reduce((a, b) => a + b, sums[Name] ?? 0);
      }
    }
  }
  return sums;
}

beforeAll(async () => {
  const tweets = Array.from({ length: REFUSED + 1 }, (_, index) => ({
    id: String(1_000 + index),
    text: 'I love this phone',
  }));
  x = await XApiStub.start({ tweets });
  secrets = await startSecrets();
  service = await ServiceProcess.start({
    API_KEYS: API_KEY,
    TWEET_SOURCE: 'x-api',
    X_BEARER_TOKEN: 'bearer-token-of-the-test',
    X_API_URL: x.url,
    X_DAILY_READ_BUDGET: '1',
    METRICS: 'emf',
    SERVICE_REVISION: REVISION,
  });
  answers = [];
  for (const { id } of tweets) {
    const response = await service.tweet(`https://x.com/a/status/${id}`, {
      headers: { 'x-api-key': API_KEY },
    });
    const { code } = (await response.json()) as { code?: string };
    answers.push({ status: response.status, code });
  }
  const { port } = secrets.address() as AddressInfo;
  const environment = jest.replaceProperty(process, 'env', {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
    LAMBDA_TASK_ROOT: resolve('models'),
    MODEL_NAME: 'minilm-tweet-sentiment',
    CPU_FAMILY: cpuFamilyOf(process.arch),
    TEST_URL: service.url,
    RELEASE_CHECK_SECRET_ARN: 'header-of-the-test',
    API_KEYS_SECRET_ARN: API_KEY,
  });
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  ({ hookStatus } = await handler());
  log.mockRestore();
  environment.restore();
  await service.stop();
  measured = measuredBy(service.output);
});
afterAll(async () => {
  await service?.stop();
  await x?.close();
  secrets?.close();
});

describe('a release while the read budget of X is spent', () => {
  it('refuses every tweet but the first one', () => {
    expect(answers[0]?.status).toBe(200);
    expect(answers.slice(1)).toEqual(
      Array.from({ length: REFUSED }, () => ({ status: 503, code: 'tweet_source_limited' })),
    );
    expect(x.requests).toHaveLength(1);
  });

  it('passes the golden hook, which asks for texts', () => {
    expect(hookStatus).toBe('SUCCEEDED');
  });

  const alarms = releaseAlarms(readStageConfig(CONTEXT.prod), REVISION, {
    loadBalancer: 'app/any/1',
    targetGroups: { blue: 'targetgroup/blue/1', green: 'targetgroup/green/1' },
  });
  const named = (name: string) => {
    const alarm = alarms.find((one) => one.name === name);
    if (!alarm) throw new Error(`There is no alarm ${name}.`);
    return alarm;
  };
  /** State of an alarm after the same values in every period that it evaluates. */
  const throughout = (name: string, period: Measured) =>
    stateOf(
      named(name),
      Array.from({ length: named(name).periods }, () => period),
    );

  it('is measured as failures, but not as failures of the service itself', () => {
    expect(measured).toMatchObject({ Requests: REFUSED + 2, ServerErrors: REFUSED });
    expect(measured.OwnFailures ?? 0).toBe(0);
  });

  it.each(['revision-failures', 'revision-latency'])('does not set off the alarm %s', (name) => {
    expect(throughout(name, measured)).toBe('OK');
  });

  it('is rolled back for as many failures of the service itself', () => {
    const own = { ...measured, OwnFailures: measured.ServerErrors };
    expect(throughout('revision-failures', own)).toBe('ALARM');
    expect(throughout('revision-latency', { ...measured, RequestLatency: 2_001 })).toBe('ALARM');
  });
});
