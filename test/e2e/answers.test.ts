import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../script/lib/seeded-random.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

interface Golden {
  readonly text: string;
  readonly truncated: boolean;
  readonly probabilities_int8: readonly [number, number, number];
}

interface TextResult {
  readonly sentimentAnalyst: string;
  readonly truncated: boolean;
  readonly scores: {
    readonly negative: number;
    readonly neutral: number;
    readonly positive: number;
  };
}

/** The model card's tolerance: one rounding step that falls the other way on another CPU. */
const TOLERANCE = 0.005;
/** Allowed influence of the other texts in a batch, far below any rounding step. */
const BATCH_TOLERANCE = 1e-6;

/** The golden texts that the API takes: it refuses blank ones, and those that hold nothing to score. */
const golden = readFileSync('models/minilm-tweet-sentiment/golden.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden & { ids: number[] })
  .filter(({ text, ids }) => text.trim() !== '' && ids.length > 2);

function probabilities({ scores }: TextResult): number[] {
  return [scores.negative, scores.neutral, scores.positive];
}

function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  actual.forEach((value, index) => {
    expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(tolerance);
  });
}

/** A fixed shuffle, so that a failure can be run again. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

async function scoreTexts(
  service: ServiceProcess,
  texts: readonly string[],
): Promise<TextResult[]> {
  const response = await service.post('/v1/inference', { texts });
  const body = await response.text();
  expect([response.status, body.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return (JSON.parse(body) as { results: TextResult[] }).results;
}

describe('the service without any environment', () => {
  let service: ServiceProcess;

  beforeAll(async () => {
    service = await ServiceProcess.start();
  });

  afterAll(async () => {
    await service.stop();
  });

  it('calls "I love this phone" positive', async () => {
    const [result] = await scoreTexts(service, ['I love this phone']);
    expect(result?.sentimentAnalyst).toBe('positive');
    expect(probabilities(result!).reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
  });

  it('says at start which model, store and tweet source it uses and how to change them', () => {
    const messages = service.log.map(({ msg }) => String(msg)).join('\n');
    expect(messages).toMatch(/model.*MODEL_NAME/);
    expect(messages).toMatch(/memory.*REDIS_URL/);
    expect(messages).toMatch(/oembed.*X_BEARER_TOKEN/);
    expect(messages).toMatch(/open.*API_KEYS/);
  });

  it('answers by the Open Inference Protocol with the same scores', async () => {
    const [result] = await scoreTexts(service, ['worst day ever']);
    const response = await service.post('/v2/models/minilm-tweet-sentiment/infer', {
      inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['worst day ever'] }],
    });
    expect(response.status).toBe(200);
    const { outputs } = (await response.json()) as {
      outputs: { name: string; shape: number[]; data: number[] }[];
    };
    expect(outputs[0]).toMatchObject({ name: 'probabilities', shape: [1, 3], datatype: 'FP32' });
    expectClose(outputs[0]!.data, probabilities(result!), 1e-6);
  });

  it('is alive and ready, and tells about itself', async () => {
    expect((await service.get('/livez')).status).toBe(200);
    expect((await service.get('/readyz')).status).toBe(200);
    expect(await (await service.get('/v1/status')).json()).toMatchObject({
      model: { name: 'minilm-tweet-sentiment' },
    });
  });

  it('serves its documentation with every asset the page asks for', async () => {
    expect(await (await service.get('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
    const page = await service.get('/docs/');
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="(\.?\/?[^":]+\.(?:js|css))"/g)].map(
      ([, path]) => path!,
    );
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      expect([asset, (await fetch(new URL(asset, page.url))).status]).toEqual([asset, 200]);
    }
  });
});

describe('the same answer for the same text', () => {
  let service: ServiceProcess;

  beforeAll(async () => {
    // Everything is sent at once here: what waits longer than 2 s would be refused.
    service = await ServiceProcess.start({
      SINGLE_DEADLINE_MS: '60000',
      BATCH_DEADLINE_MS: '60000',
    });
  });

  afterAll(async () => {
    await service.stop();
  });

  it('scores every golden text as the reference does, alone, in mixed batches and under load', async () => {
    const alone: number[][] = [];
    for (const { text, truncated, probabilities_int8 } of golden) {
      const [result] = await scoreTexts(service, [text]);
      expectClose(probabilities(result!), probabilities_int8, TOLERANCE);
      expect(result?.truncated).toBe(truncated);
      alone.push(probabilities(result!));
    }
    const indices = shuffled(
      golden.map((_, index) => index),
      7,
    );
    const batches = Array.from({ length: Math.ceil(indices.length / 16) }, (_, batch) =>
      indices.slice(batch * 16, batch * 16 + 16),
    );
    // All batches at once, with singles between them, keep the queue full.
    await Promise.all([
      ...batches.map(async (batch) => {
        const results = await scoreTexts(
          service,
          batch.map((index) => golden[index]!.text),
        );
        results.forEach((result, position) => {
          expectClose(probabilities(result), alone[batch[position]!]!, BATCH_TOLERANCE);
        });
      }),
      ...indices.slice(0, 100).map(async (index) => {
        const [result] = await scoreTexts(service, [golden[index]!.text]);
        expectClose(probabilities(result!), alone[index]!, BATCH_TOLERANCE);
      }),
    ]);
  });
});
