import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_CLASS, type ErrorCode } from '../../../service/contract/error-codes.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { XApiStub } from '../../helpers/x-api-stub.ts';

/** More than oEmbed would read before the deadline if each read waited for its time-out. */
const TWEETS = 40;
const TIMES = { SINGLE_DEADLINE_MS: '6000', TWEET_SOURCE_TIMEOUT_MS: '1500' };
const ids = (first: number) => Array.from({ length: TWEETS }, (_, index) => `${first + index}`);

async function problemOf(answer: Promise<Response>): Promise<{ readonly code: ErrorCode }> {
  return (await (await answer).json()) as { code: ErrorCode };
}

describe.each(['oembed', 'x-api'])(
  'an X that accepts requests and never answers, by %s',
  (source) => {
    let x: XApiStub;
    let service: ServiceProcess;
    beforeAll(async () => {
      x = await XApiStub.start({ tweets: [] });
      x.always('hang');
      service = await ServiceProcess.start({
        TWEET_SOURCE: source,
        OEMBED_URL: x.oembedUrl,
        X_API_URL: x.url,
        X_BEARER_TOKEN: 'token-of-the-test',
        ...TIMES,
      });
    });
    afterAll(async () => {
      await service?.stop();
      await x?.close();
    });

    it('counts as a failure of X, not of this service', async () => {
      const asked = ids(1_000).map((id) =>
        service.get(`/v1/inference?tweetUrl=https://x.com/i/status/${id}`),
      );
      const problems = await Promise.all(asked.map(problemOf));
      expect(problems.filter(({ code }) => ERROR_CLASS[code] !== 'dependency')).toEqual([]);
      const text = await service.post('/v1/inference', { text: 'I love this phone' });
      expect(text.status).toBe(200);
    });

    it('counts as one for a batch, too', async () => {
      const tweets = ids(2_000).map((id) => `https://x.com/i/status/${id}`);
      const answer = await service.post('/v1/inference/tweets', { tweetUrls: tweets });
      expect(await answer.json()).toMatchObject({ code: 'tweet_source_failed' });
    });
  },
);
