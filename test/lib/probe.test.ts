import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runProbe } from '../../lib/check-functions/probe.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:k-AbCdEf';

describe('the function that probes the service', () => {
  let answer: { status: number; body: string };
  let received: { headers: IncomingHttpHeaders; path: string | undefined; body: string };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received = { headers: request.headers, path: request.url, body };
      response.writeHead(answer.status).end(answer.body);
    });
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const probe = (status: number, body: unknown) => {
    answer = { status, body: JSON.stringify(body) };
    return runProbe({
      env: { PROBE_URL: url, API_KEYS_SECRET_ARN: SECRET },
      readSecret: async () => 'first,second',
      pauseMs: 0,
    });
  };

  it('sends one text with the first API key', async () => {
    await probe(200, { results: [{ sentimentAnalyst: 'positive' }] });
    expect(received.path).toBe('/v1/inference');
    expect(JSON.parse(received.body)).toEqual({ texts: [expect.any(String)] });
    expect(received.headers).toMatchObject({ 'x-api-key': 'first', 'user-agent': 'probe' });
  });

  it.each([
    [503, {}, /^Status 503 /],
    [401, {}, /^Status 401 /],
    [200, {}, 'The answer has no label: {}'],
    [200, { results: [] }, 'The answer has no label'],
    [200, null, 'The answer has no label: null'],
  ])('fails on status %s with %j', async (status, body, message) => {
    await expect(probe(status, body)).rejects.toThrow(message);
  });
});

describe('a stage with a probe and a canary', () => {
  it('runs the code of the probe, and not that of the hook', () => {
    const app = synthesize({ ...CONTEXT.prod, probe: true });
    const codeOf = (description: RegExp) => {
      const [found] = allOf(app, 'AWS::Lambda::Function').filter(({ Properties }) =>
        description.test(Properties.Description),
      );
      const folder = `asset.${found?.Properties.Code.S3Key.replace('.zip', '')}`;
      return readFileSync(join(app.outdir, folder, 'handler.mjs'), 'utf8');
    };
    expect(codeOf(/^Asks the service for one text/)).toContain('The answer has no label');
    expect(codeOf(/golden texts/)).not.toContain('The answer has no label');
  });
});

describe('a stage with a probe', () => {
  const app = synthesize({ ...CONTEXT.dev, probe: true });

  it('probes every five minutes, and pages when two of three fail', () => {
    const [schedule] = allOf(app, 'AWS::Events::Rule').filter(
      ({ Properties }) => Properties.ScheduleExpression,
    );
    expect(schedule?.Properties.ScheduleExpression).toBe('rate(5 minutes)');
    const [alarm] = allOf(app, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      Properties.AlarmName.endsWith('-probe'),
    );
    expect(alarm?.Properties).toMatchObject({ DatapointsToAlarm: 2, EvaluationPeriods: 3 });
    expect(alarm?.Properties.Metrics).toMatchObject([
      { MetricStat: { Metric: { MetricName: 'Errors', Namespace: 'AWS/Lambda' }, Period: 300 } },
    ]);
  });

  it('is let in where callers are limited', () => {
    const limited = synthesize({ ...CONTEXT.prod, probe: true, allowedCidrs: '203.0.113.0/24' });
    const [group] = allOf(limited, 'AWS::EC2::SecurityGroup').filter(
      ({ Properties }) => Properties.GroupDescription === 'Load balancer of the service',
    );
    const https = group?.Properties.SecurityGroupIngress.filter(
      ({ FromPort }: { FromPort: number }) => FromPort === 443,
    );
    expect(https).toHaveLength(3);
    expect(JSON.stringify(https)).toMatch(/203\.0\.113\.0\/24.*Subnet1EIP.*Subnet2EIP/);
  });
});

describe('a stage without a probe', () => {
  it('has none', () => {
    const app = synthesize(CONTEXT.dev);
    expect(
      allOf(app, 'AWS::Lambda::Function').map(({ Properties }) => Properties.Description),
    ).not.toContain('Asks the service for one text, as a caller does');
  });
});
