import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBlackHole } from '../../helpers/black-hole.ts';
import { eventually } from '../../helpers/eventually.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';

const API_KEY = 'api-key-of-the-test';
const TWEET = 'https://x.com/i/status/1460323737035677698';
const TRACE_ID = 'a'.repeat(32);
const PARENT_ID = '1234567890abcdef';
const SERVER = 2;
const CLIENT = 3;

const start = (endpoint: string) =>
  ServiceProcess.start({
    TWEET_SOURCE: 'fixture',
    API_KEYS: API_KEY,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token-of-the-collector',
  });

const caller = (traceparent?: string) => ({
  headers: { 'x-api-key': API_KEY, ...(traceparent && { traceparent }) },
});

describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  let receiver: OtlpReceiver;
  let service: ServiceProcess;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    service = await start(`${receiver.url}/`);
  });
  afterAll(async () => {
    await service?.stop();
    receiver?.stop();
  });

  const named = (spans: readonly ReceivedSpan[], name: string) =>
    spans.find((span) => span.name === name);

  it('a request is a span of the caller, and its phases are spans below it', async () => {
    const response = await service.tweet(TWEET, caller(`00-${TRACE_ID}-${PARENT_ID}-01`));
    expect(response.status).toBe(200);
    const spans = await receiver.waitFor(6);
    const request = named(spans, 'GET /v1/inference');
    expect(request).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: PARENT_ID,
      kind: SERVER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/v1/inference',
        'http.response.status_code': 200,
      },
    });
    const phases = spans.filter((span) => span !== request);
    expect(phases.map(({ name }) => name)).toEqual([
      'store',
      'source',
      'tokenize',
      'queue',
      'infer',
    ]);
    for (const phase of phases) {
      expect(phase).toMatchObject({ traceId: TRACE_ID, parentSpanId: request?.spanId });
      expect(phase.endNs).toBeGreaterThanOrEqual(phase.startNs);
    }
    expect(named(spans, 'store')).toMatchObject({
      kind: CLIENT,
      attributes: { 'db.system.name': 'memory' },
    });
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'tweet-sentiment-service' });
  });

  it('a failed request has the code of its problem; one that is not sampled is not sent', async () => {
    const before = receiver.spans.length;
    await service.tweet(TWEET, caller(`00-${TRACE_ID}-${PARENT_ID}-00`));
    await service.get('/livez');
    const refused = await service.get('/v1/inference?tweetUrl=https://t.co/a', caller());
    expect(refused.status).toBe(400);
    const spans = (await receiver.waitFor(before + 1)).slice(before);
    expect(spans).toMatchObject([
      {
        name: 'GET /v1/inference',
        parentSpanId: '',
        attributes: { 'http.response.status_code': 400, 'error.type': 'unsupported_host' },
      },
    ]);
    const line = service.log.find(({ code }) => code === 'unsupported_host');
    expect(line?.traceId).toBe(spans[0]?.traceId);
  });

  it('no span holds a text, a URL, an id or a key', async () => {
    const before = receiver.spans.length;
    await service.post('/v1/inference', { text: 'a secret text' }, caller());
    await service.get('/v1/users/@lenawrites/sentiment', caller());
    await receiver.waitFor(before + 5);
    const sent = Buffer.concat(receiver.bodies).toString('latin1');
    for (const secret of ['a secret text', 'lenawrites', '1460323737035677698', API_KEY, 't.co']) {
      expect(sent).not.toContain(secret);
    }
  });

  it('every export has the headers for the collector', () => {
    expect(new Set(receiver.credentials)).toEqual(new Set(['Bearer token-of-the-collector']));
  });

  it('the last spans are sent when the service stops', async () => {
    const before = receiver.spans.length;
    await service.post('/v1/inference', { text: 'good' }, caller());
    expect((await service.stop()).code).toBe(0);
    expect(receiver.spans.length).toBe(before + 4);
  });
});

describe('a collector that does not take spans', () => {
  it('costs no answer when it is down, and the log says so once', async () => {
    // Port 9 is reserved for a service that discards.
    const service = await start('http://127.0.0.1:9');
    const answers = [];
    for (let i = 0; i < 3; i++) {
      answers.push((await service.post('/v1/inference', { text: 'good' }, caller())).status);
    }
    expect(answers).toEqual([200, 200, 200]);
    const warnings = () =>
      service.log.filter(({ msg }) => String(msg).startsWith('traces cannot be sent'));
    await eventually(async () => expect(warnings()).toHaveLength(1));
    expect((await service.stop()).code).toBe(0);
    expect(warnings()).toHaveLength(1);
  });

  it('delays neither an answer nor the end when it hangs', async () => {
    const collector = await openBlackHole();
    const service = await start(`http://127.0.0.1:${collector.port}`);
    try {
      const response = await service.post('/v1/inference', { text: 'good' }, caller());
      expect(response.status).toBe(200);
    } finally {
      expect((await service.stop()).code).toBe(0);
      await collector.close();
    }
  });
});
