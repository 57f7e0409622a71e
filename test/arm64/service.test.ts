import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { runHook } from '../../lib/check-functions/golden-hook.ts';
import { seededRandom } from '../../script/lib/seeded-random.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { GOLDENS } from '../service/inference/helpers/golden.ts';
import { describeEmulated, EMULATION_TIMEOUT_MS, EMULATOR } from './helpers/emulation.ts';
import { textsOfEveryLength } from './helpers/texts-of-every-length.ts';

const BATCH = 16;
/** Beyond it a text takes seconds. */
const MAX_TOKENS = 32;

interface Result {
  readonly scores: Readonly<Record<string, number>>;
}

describeEmulated('the built service on arm64', () => {
  let service: ServiceProcess;

  beforeAll(async () => {
    service = await ServiceProcess.start(
      {
        SINGLE_DEADLINE_MS: '600000',
        BATCH_DEADLINE_MS: '600000',
        INFERENCE_HANG_TIMEOUT_MS: '600000',
      },
      { emulator: EMULATOR },
    );
  }, EMULATION_TIMEOUT_MS);
  afterAll(() => service?.stop());

  async function score(texts: readonly string[]): Promise<Result[]> {
    const response = await service.post('/v1/inference', { texts });
    expect(response.status).toBe(200);
    return ((await response.json()) as { results: Result[] }).results;
  }

  it(
    'gives a text the same scores alone and in batches under load',
    async () => {
      const texts = textsOfEveryLength(MAX_TOKENS)
        .map((line) => GOLDENS[line]!.text)
        .filter((text) => text.trim() !== '');
      const alone = new Map<string, Result['scores']>();
      for (const text of texts) alone.set(text, (await score([text]))[0]!.scores);
      const random = seededRandom(14);
      const mixed = texts.toSorted(() => random() - 0.5);
      const batches = Array.from({ length: Math.ceil(mixed.length / BATCH) }, (_, batch) =>
        mixed.slice(batch * BATCH, (batch + 1) * BATCH),
      );
      const answers = await Promise.all(batches.map(score));
      const scores = answers.flat().map((result) => result.scores);
      expect(scores).toEqual(mixed.map((text) => alone.get(text)));
    },
    EMULATION_TIMEOUT_MS,
  );

  it(
    'passes the golden hook of a release on arm64',
    async () => {
      const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
      const failures = jest.spyOn(console, 'error').mockImplementation(() => undefined);
      const result = await runHook({
        env: {
          MODEL_NAME: 'minilm-tweet-sentiment',
          CPU_FAMILY: 'arm64',
          TEST_URL: service.url,
          RELEASE_CHECK_SECRET_ARN: 'check',
        },
        readSecret: async () => 'secret',
        modelsFolder: 'models',
        timeoutMs: EMULATION_TIMEOUT_MS,
        pauseMs: 10,
      });
      const reasons = failures.mock.calls;
      printed.mockRestore();
      failures.mockRestore();
      expect([result, reasons]).toEqual([{ hookStatus: 'SUCCEEDED' }, []]);
    },
    EMULATION_TIMEOUT_MS,
  );
});
