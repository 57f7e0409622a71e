import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FirehoseStub } from '../helpers/firehose-stub.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { durationMs, lowest } from './measure.ts';

/** One of the bundled example tweets. */
const URL = 'https://x.com/i/status/1460323737035677698';
const SHUTDOWN_TIMEOUT_MS = 2_000;

describe('while Firehose hangs, the service', () => {
  let stub: FirehoseStub;
  beforeEach(async () => {
    stub = await FirehoseStub.start();
    stub.otherwise = 'hang';
  });
  afterEach(() => stub.close());

  const start = () =>
    ServiceProcess.start({
      TWEET_SOURCE: 'fixture',
      PREDICTION_STREAM: 'predictions',
      SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_TIMEOUT_MS),
      ...stub.environment,
    });
  const ask = async (service: ServiceProcess) => {
    const answer = await service.tweet(URL);
    await answer.text();
    expect(answer.status).toBe(200);
  };

  it('answers within 2 s', async () => {
    const service = await start();
    await ask(service);
    await stub.nextCall();
    expect(await lowest(2_000, () => durationMs(() => ask(service)))).toBeLessThan(2_000);
    await service.stop();
  });

  it('ends within its time limit and 2 s', async () => {
    const bound = SHUTDOWN_TIMEOUT_MS + 2_000;
    const measure = async () => {
      const service = await start();
      await ask(service);
      await stub.nextCall();
      return durationMs(() => service.stop());
    };
    expect(await lowest(bound, measure)).toBeLessThan(bound);
  });
});
