import { describe, expect, it } from '@jest/globals';
import { eventually } from '../helpers/eventually.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

interface EmfDocument {
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Namespace: string }[] };
  readonly [metric: string]: unknown;
}

const TEXTS = {
  negative: 'worst day ever',
  neutral: 'the meeting is at 3pm',
  positive: 'I love this phone',
  unknown: '今日は電車が遅れて残念',
};
type Kind = keyof typeof TEXTS;

/** Metrics of a service that has scored a number of texts of each kind, twice. */
async function askFor(counts: Readonly<Partial<Record<Kind, number>>>) {
  const service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture', METRICS: 'emf' });
  const texts = (Object.keys(counts) as Kind[]).flatMap((kind) =>
    Array.from({ length: counts[kind] ?? 0 }, () => TEXTS[kind]),
  );
  for (let time = 0; time < 2; time++) {
    expect((await service.post('/v1/inference', { texts })).status).toBe(200);
  }
  await service.stop();
  const documents = service.log.filter(isEmf);
  const last = (name: string) =>
    documents
      .flatMap((document) => document[name] ?? [])
      .map(Number)
      .at(-1) ?? Number.NaN;
  const labeled = documents
    .filter((document) => 'PredictedLabels' in document)
    .map((document): [string, number] => [
      String(document.Label),
      Number(document.PredictedLabels),
    ]);
  return {
    labels: Object.fromEntries(labeled),
    drift: last('LabelDrift'),
    confidence: last('MeanConfidence'),
    unknown: last('UnknownTokenShare'),
  };
}

const isEmf = (line: Record<string, unknown>): line is EmfDocument & Record<string, unknown> =>
  '_aws' in line;

describe('metrics', () => {
  it('are written to stdout as embedded metrics when asked for, and not otherwise', async () => {
    for (const wanted of [true, false]) {
      const service = await ServiceProcess.start({
        TWEET_SOURCE: 'fixture',
        ...(wanted && { METRICS: 'emf' }),
      });
      await service.tweet('https://x.com/i/status/1460323737035677698');
      await service.tweet('https://x.com/i/status/1460323737035677698');
      await service.tweet('https://example.com/');
      await service.stop();
      const documents = service.log.filter(isEmf);
      const sum = (name: string): number =>
        documents
          .flatMap((document) => document[name] ?? [])
          .reduce<number>((total, value) => total + Number(value), 0);
      expect(sum('FeatureStoreHits')).toBe(wanted ? 1 : 0);
      expect(sum('FeatureStoreMisses')).toBe(wanted ? 1 : 0);
      expect(sum('RequestFailures')).toBe(wanted ? 1 : 0);
    }
  });

  it('are served to Prometheus on a port apart from the API', async () => {
    const service = await ServiceProcess.start({
      TWEET_SOURCE: 'fixture',
      METRICS: 'prometheus',
      METRICS_PORT: '0',
    });
    const port = /metrics: http:\/\/[^:]+:(\d+)\/metrics/.exec(service.output)?.[1];
    const url = new URL('/metrics', service.url);
    expect((await fetch(url)).status).toBe(404);
    url.port = port ?? '';
    for (let time = 0; time < 3; time++) await service.post('/v1/inference', { texts: ['great'] });
    await service.tweet('https://example.com/');
    // A request is counted once its answer is sent.
    const lines = await eventually(async () => {
      const answer = await fetch(url);
      expect(answer.headers.get('content-type')).toMatch(/^application\/openmetrics-text; /);
      const scraped = (await answer.text()).split('\n');
      expect(scraped).toContain('tweet_sentiment_request_latency_seconds_count 4');
      return scraped;
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'tweet_sentiment_requests_total 4',
        'tweet_sentiment_predicted_labels_total{label="positive"} 3',
        'tweet_sentiment_request_failures_total{code="unsupported_host"} 1',
        'tweet_sentiment_server_errors_total 0',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('process_resident_memory_bytes '))).toHaveLength(
      1,
    );
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/v1/status', url))).status).toBe(404);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  it('that cannot be served end the start with the variable to change', async () => {
    const first = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
    const end = await ServiceProcess.runToEnd({
      TWEET_SOURCE: 'fixture',
      METRICS: 'prometheus',
      METRICS_PORT: new URL(first.url).port,
    });
    await first.stop();
    expect(end.code).toBe(1);
    expect(end.output).toMatch(/METRICS_PORT=\d+: listen EADDRINUSE.* Choose another METRICS_PORT/);
  });

  it('tell posts like those of the model card from others', async () => {
    const usual = await askFor({ negative: 45, neutral: 33, positive: 22 });
    expect(usual.labels).toEqual({ negative: 90, neutral: 66, positive: 44 });
    // The model card's mix is 0.4511, 0.3287, 0.2202.
    expect(usual.drift).toBeLessThan(0.001);
    expect(usual.unknown).toBe(0);

    const happier = await askFor({ negative: 10, neutral: 30, positive: 60 });
    // (0.1 - 0.4511) ln(0.1 / 0.4511) + the same of neutral and of positive
    expect(happier.drift).toBeCloseTo(0.91227, 4);
    expect(happier.unknown).toBe(0);

    const foreign = await askFor({ negative: 45, neutral: 5, unknown: 50 });
    expect(foreign.drift).toBeGreaterThan(0.25);
    expect(foreign.unknown).toBeGreaterThan(10);
    for (const { confidence } of [usual, happier, foreign]) {
      expect(confidence).toBeGreaterThan(100 / 3);
      expect(confidence).toBeLessThanOrEqual(100);
    }
  });
});
