import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TweetLookup } from '../../../../service/application/ports/tweet-source.ts';
import {
  AbandonedError,
  DeadlineExceededError,
  type ServiceError,
  TweetSourceFailedError,
  TweetSourceLimitedError,
} from '../../../../service/domain/errors.ts';
import { OembedTweetSource } from '../../../../service/tweet-source/oembed/oembed-tweet-source.ts';
import { aContext, RecordedLog, RecordedMetrics } from '../../../helpers/fakes.ts';
import { oembedOf, type StubAnswer, XApiStub } from '../../../helpers/x-api-stub.ts';

const ID = '1460323737035677698';

let stub: XApiStub;
let metrics: RecordedMetrics;
let logger: RecordedLog;
let nowMs: number;

beforeEach(async () => {
  stub = await XApiStub.start({
    tweets: [
      {
        id: ID,
        text: 'I love this <a href="https://x.com/hashtag/phone">#phone</a> &amp; more<br>$ACME',
      },
      ...Array.from({ length: 100 }, (_, index) => ({
        id: `${20 + index}`,
        text: `text ${20 + index}`,
      })),
    ],
  });
  metrics = new RecordedMetrics();
  logger = new RecordedLog();
  nowMs = Date.UTC(2026, 10, 23, 12);
});

afterEach(async () => {
  await stub.close();
});

function aSource(options: { timeoutMs?: number; endpointUrl?: string } = {}) {
  return new OembedTweetSource({
    endpointUrl: stub.oembedUrl,
    timeoutMs: 5_000,
    metrics,
    logger,
    now: () => nowMs,
    monotonicMs: () => nowMs,
    ...options,
  });
}

const lookup = (source: OembedTweetSource, ...ids: string[]) => source.lookup(ids, aContext());

/** The failure of a lookup, or of one of its tweets. */
async function failure(lookups: Promise<TweetLookup[]>): Promise<ServiceError> {
  const [result] = await Promise.allSettled([lookups]);
  if (result.status === 'rejected') return result.reason;
  const failed = result.value.find(({ status }) => status === 'failed');
  if (failed?.status === 'failed') return failed.error;
  throw new Error('the lookup did not fail');
}

const outcomes = () => new Set(metrics.records.map(([, , outcome]) => outcome));

describe('a lookup by oEmbed', () => {
  it('reads the tweet from the answer, and its time from its id', async () => {
    expect(await lookup(aSource(), ID)).toEqual([
      {
        status: 'found',
        tweet: {
          id: ID,
          text: 'I love this #phone & more\n$ACME',
          authorId: null,
          authorUsername: 'somebody',
          createdAtMs: Date.parse('2021-11-15T19:08:05.069Z'),
          topics: ['#phone', '$acme'],
          language: 'en',
          editableUntilMs: null,
        },
      },
    ]);
    expect(metrics.records).toEqual([['TweetSourceCalls', 1, 'ok']]);
  });

  it('reads the day of a tweet whose id holds no time', async () => {
    stub.serve({ tweets: [{ id: '20', text: 'just setting up my twttr' }] });
    expect(await lookup(aSource(), '20')).toMatchObject([
      { tweet: { createdAtMs: Date.parse('2021-11-15T00:00:00Z') } },
    ]);
  });

  it('requests the tweet only by its id', async () => {
    await lookup(aSource({ endpointUrl: `${stub.oembedUrl}?dnt=true` }), ID);
    expect(stub.requests[0]?.path).toBe('/oembed');
    expect(Object.fromEntries(stub.requests[0]?.query ?? [])).toEqual({
      dnt: 'true',
      url: `https://x.com/i/status/${ID}`,
      omit_script: '1',
    });
  });

  const echo = {
    error: 'Sorry, …',
    request: `/oembed?url=https%3A%2F%2Fx.com%2Fi%2Fstatus%2F${ID}`,
  };
  const problem = (type: string) => ({ type: `https://api.x.com/2/problems/${type}`, status: 403 });

  it.each<[string, number, unknown, string]>([
    ['its own error', 404, echo, 'not_found'],
    ['its own error', 410, echo, 'not_found'],
    ['its own error', 403, echo, 'protected'],
    ['its own error', 451, echo, 'withheld'],
    ['a code of v1.1', 404, { errors: [{ code: 144, message: 'No status' }] }, 'not_found'],
    ['a code of v1.1', 403, { errors: [{ code: 179, message: null }] }, 'protected'],
    ['a problem of the X API', 403, problem('disallowed-resource'), 'withheld'],
  ])('reports what X says by %s with status %d', async (_, status, body, expected) => {
    stub.script({ status, body });
    expect(await lookup(aSource(), ID)).toEqual([{ status: expected }]);
    expect(outcomes()).toEqual(new Set(['ok']));
    expect(logger.lines).toEqual([]);
  });

  it.each(['http://x.com/a', 'https://x.com/', 'https://x.com/a/b', 'https://x.com/<b>', null, 7])(
    'knows no author from %j',
    async (author_url) => {
      const answer = { ...oembedOf({ id: ID, text: 'a' }), author_url };
      stub.script({
        body: author_url === 7 ? { ...answer, author_url: undefined } : answer,
      });
      expect(await lookup(aSource(), ID)).toMatchObject([{ tweet: { authorUsername: null } }]);
    },
  );
});

describe('a lookup of many tweets', () => {
  const ids = Array.from({ length: 100 }, (_, index) => `${20 + index}`);

  it('answers in order, with eight requests at a time', async () => {
    const asked = [...ids, '5'];
    stub.script(...asked.map(() => 'hang' as const));
    const looked = lookup(aSource(), ...asked);
    for (let answered = 0; answered < asked.length; answered += 8) {
      const round = Math.min(8, asked.length - answered);
      while (stub.hanging < round) await stub.nextRequest();
      expect(stub.hanging).toBe(round);
      stub.answerHanging();
    }
    expect((await looked).map((l) => (l.status === 'found' ? l.tweet.id : l.status))).toEqual([
      ...ids,
      'not_found',
    ]);
  });

  it('answers each tweet for itself when the read of one fails', async () => {
    stub.script({ status: 500, body: '' });
    const looked = await lookup(aSource(), '20', '21', '5');
    expect(looked.filter(({ status }) => status === 'failed')).toHaveLength(1);
    expect(looked).toHaveLength(3);
  });

  it('stops asking an endpoint that does not answer', async () => {
    stub.script(...ids.map(() => ({ status: 500, body: '' })));
    const looked = await lookup(aSource(), ...ids);
    expect(looked).toHaveLength(ids.length);
    for (const each of looked) {
      expect(each).toMatchObject({ status: 'failed', error: { code: 'tweet_source_failed' } });
    }
    expect(stub.requests.length).toBeLessThanOrEqual(16);
    expect(logger.lines).toHaveLength(1);
  });

  it('ends at its deadline with what was read until then, as failures of the endpoint', async () => {
    stub.script(...Array.from({ length: 12 }, () => 'hang' as const));
    const looked = aSource().lookup(ids.slice(0, 20), aContext({ deadlineInMs: 700 }));
    while (stub.hanging < 8) await stub.nextRequest();
    stub.answerHanging();
    const codes = (await looked).map((each) =>
      each.status === 'failed' ? each.error.code : each.status,
    );
    expect(codes.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 'found'));
    expect(codes.slice(8, 12)).toEqual(Array.from({ length: 4 }, () => 'tweet_source_failed'));
    expect(codes).not.toContain('overloaded');
  });

  it('that finds no place in time is told to come back, which is not a failure of this service', async () => {
    const source = aSource();
    stub.script(...Array.from({ length: 8 }, () => 'hang' as const));
    const waiting = source.lookup(ids.slice(0, 8), aContext({ deadlineInMs: 5_000 }));
    while (stub.hanging < 8) await stub.nextRequest();
    const error = await failure(source.lookup(['5'], aContext({ deadlineInMs: 300 })));
    expect(error).toMatchObject({ code: 'tweet_source_limited', retryAfterSeconds: 1 });
    stub.answerHanging();
    expect(await waiting).toHaveLength(8);
  });

  it('is read, however many tweets before it could not be, if the endpoint answers', async () => {
    const source = aSource();
    stub.script(...Array.from({ length: 12 }, () => ({ status: 403, body: '<html></html>' })));
    await lookup(source, ...ids.slice(0, 12));
    expect(await lookup(source, ID)).toMatchObject([{ status: 'found' }]);
  });

  it('is answered at once while the endpoint is down, and read again after a probe has succeeded', async () => {
    const source = aSource();
    stub.script(...Array.from({ length: 8 }, () => ({ status: 500, body: '' })));
    await lookup(source, ...ids.slice(0, 8));
    expect(await failure(lookup(source, ID))).toMatchObject({
      code: 'tweet_source_failed',
      message: expect.stringContaining('asked again once a second'),
    });
    expect(stub.requests).toHaveLength(8);
    nowMs += 1_000;
    expect(await lookup(source, ID)).toMatchObject([{ status: 'found' }]);
    expect(await lookup(source, ...ids.slice(0, 10))).toHaveLength(10);
    expect(stub.requests).toHaveLength(19);
  });

  it('is read with its whole batch after an outage, by a probe that answers', async () => {
    const source = aSource();
    stub.script(...ids.slice(0, 8).map(() => ({ status: 500, body: '' })));
    await lookup(source, ...ids.slice(0, 8));
    nowMs += 3_600_000;
    const looked = await lookup(source, ...ids);
    expect(new Set(looked.map(({ status }) => status))).toEqual(new Set(['found']));
  });

  it('that waits for a probe is not sent after the probe was limited', async () => {
    const source = aSource();
    stub.script(...ids.slice(0, 8).map(() => ({ status: 500, body: '' })));
    await lookup(source, ...ids.slice(0, 8));
    nowMs += 1_000;
    const limited = { status: 429, headers: { 'retry-after': '600' }, body: '' };
    stub.script(...ids.slice(0, 20).map(() => limited));
    const looked = await lookup(source, ...ids.slice(0, 20));
    for (const each of looked) {
      expect(each).toMatchObject({ status: 'failed', error: { code: 'tweet_source_limited' } });
    }
    expect(stub.requests).toHaveLength(9);
  });

  it('that hangs until its deadline is reported, without a verdict on the endpoint', async () => {
    const source = aSource();
    stub.script(...Array.from({ length: 8 }, () => 'hang' as const));
    await source.lookup(ids.slice(0, 8), aContext({ deadlineInMs: 2_000 }));
    while (metrics.records.length < 8) await setImmediate();
    expect(metrics.records).toEqual(
      Array.from({ length: 8 }, () => ['TweetSourceCalls', 1, 'failed']),
    );
    expect(logger.lines).toMatchObject([
      { fields: { reason: 'The oEmbed endpoint did not answer within the time of the request.' } },
    ]);
    expect(await lookup(source, ID)).toMatchObject([{ status: 'found' }]);
  });

  it('that has waited for others longer than it has run does not blame the endpoint', async () => {
    const source = aSource();
    stub.script(...Array.from({ length: 9 }, () => 'hang' as const));
    const others = lookup(source, ...ids.slice(0, 8));
    while (stub.hanging < 8) await stub.nextRequest();
    const late = source.lookup([ID], aContext({ deadlineInMs: 2_000 }));
    nowMs += 1_000;
    stub.answerHanging();
    expect(await others).toHaveLength(8);
    expect(await failure(late)).toMatchObject({ code: 'tweet_source_limited' });
    expect(stub.requests).toHaveLength(9);
  });

  it('rejects tweets beyond the limit of waiting tweets', async () => {
    const source = aSource();
    stub.script(...Array.from({ length: 8 }, () => 'hang' as const));
    const gone = new AbortController();
    const waiting = Array.from({ length: 10 }, () =>
      source.lookup(ids, aContext({ signal: gone.signal })),
    );
    while (stub.hanging < 8) await stub.nextRequest();
    expect(await failure(lookup(source, ...ids))).toBeInstanceOf(TweetSourceLimitedError);
    gone.abort(new AbandonedError('left'));
    for (const lookedUp of waiting) expect(await failure(lookedUp)).toBeInstanceOf(AbandonedError);
    expect(await lookup(source, ID)).toHaveLength(1);
  });
});

describe('an invalid answer', () => {
  it.each<[string, StubAnswer]>([
    ['500', { status: 500, body: '' }],
    ['401', { status: 401, body: {} }],
    [
      'a page that keeps robots out',
      { status: 403, headers: { 'cf-mitigated': 'challenge' }, body: '<p>' },
    ],
    ['truncated JSON', { body: '{"html":"<p>' }],
    ['an empty body', { body: '' }],
    ['no html', { body: { ...oembedOf({ id: ID, text: 'a' }), html: undefined } }],
    [
      'html without a paragraph',
      { body: { ...oembedOf({ id: ID, text: 'a' }), html: '<div>a</div>' } },
    ],
    ['no url', { body: { ...oembedOf({ id: ID, text: 'a' }), url: undefined } }],
    [
      'the url of a profile',
      { body: { ...oembedOf({ id: ID, text: 'a' }), url: 'https://x.com/a' } },
    ],
    ['a body that breaks off', 'break-off'],
    ['a connection that is closed', 'reset'],
    ['broken compression', { headers: { 'content-encoding': 'gzip' }, body: 'abc' }],
  ])('with %s fails the lookup', async (_, answer) => {
    stub.script(answer);
    expect(await failure(lookup(aSource(), ID))).toBeInstanceOf(TweetSourceFailedError);
    expect(outcomes()).toEqual(new Set(['failed']));
    expect(await lookup(aSource(), ID)).toMatchObject([{ status: 'found' }]);
  });

  it('about another tweet is refused, with the id of that tweet', async () => {
    stub.script({ body: oembedOf({ id: '20', text: 'another one' }) });
    const error = await failure(lookup(aSource(), ID));
    expect(error).toBeInstanceOf(TweetSourceFailedError);
    expect(error.message).toContain('answered with another tweet, 20;');
    expect(outcomes()).toEqual(new Set(['failed']));
  });

  it('with a redirect is not followed, and the error names the setting', async () => {
    const elsewhere = await XApiStub.start();
    try {
      stub.script({ status: 301, headers: { location: elsewhere.oembedUrl }, body: '' });
      const error = await failure(lookup(aSource(), ID));
      expect(error.message).toBe('The oEmbed endpoint answered with status 301; check OEMBED_URL.');
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it.each<StubAnswer>(['hang', 'hang-after-head', 'drip'])(
    '(%s) is cut after the configured time, and the connection closed',
    async (answer) => {
      stub.script(answer);
      const left = stub.clientLeft();
      const error = await failure(lookup(aSource({ timeoutMs: 500 }), ID));
      expect(error.message).toBe('The oEmbed endpoint took longer than 500 ms.');
      await left;
    },
  );

  it('that is too large is cut', async () => {
    stub.script('flood');
    const left = stub.clientLeft();
    const error = await failure(lookup(aSource(), ID));
    expect(error.message).toBe('The oEmbed endpoint sent an answer that is too long.');
    await left;
  });

  it('for lack of a server fails with its cause', async () => {
    const gone = await XApiStub.start();
    const endpointUrl = gone.oembedUrl;
    await gone.close();
    const error = await failure(lookup(aSource({ endpointUrl }), ID));
    expect(error.message).toMatch(
      /^The oEmbed endpoint could not be reached; try again later, or send/,
    );
    expect(error.cause).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('a page that X did not send', () => {
  const html = { 'content-type': 'text/html' };
  const foreign = { error: 'Sorry', request: '/oembed?url=https%3A%2F%2Fx.com%2Fi%2Fstatus%2F5' };
  const noSuchPage = { errors: [{ code: 34, message: 'Sorry, that page does not exist' }] };

  it.each<[string, StubAnswer]>([
    ['a proxy', { status: 403, headers: html, body: '<html>Blocked by the proxy</html>' }],
    ['a proxy in JSON', { status: 403, body: { error: 'Forbidden' } }],
    ['a gateway', { status: 404, body: { type: 'about:blank', status: 404, title: 'Not Found' } }],
    ['a framework', { status: 404, body: { message: 'no Route matched', code: null } }],
    [
      'another problem vocabulary',
      { status: 404, body: { type: 'https://a.b/resource-not-found' } },
    ],
    ['a gateway that sends a code', { status: 403, body: { code: 63, message: 'No access' } }],
    ['a wrong path at X', { status: 404, body: noSuchPage }],
    ['an answer about another tweet', { status: 404, body: foreign }],
    ['an empty body', { status: 410, body: '' }],
    ['a legal notice', { status: 451, headers: html, body: '<p>Unavailable</p>' }],
    ['X in HTML', { status: 404, headers: html, body: JSON.stringify(foreign) }],
  ])('(%s) fails the lookup and purges nothing', async (_, answer) => {
    stub.script(answer);
    const error = await failure(lookup(aSource(), ID));
    expect(error).toBeInstanceOf(TweetSourceFailedError);
    expect(error.message).toMatch(/but not with an error of X; check OEMBED_URL and proxies\.$/);
    expect(outcomes()).toEqual(new Set(['failed']));
  });

  it('is logged once for many lookups, and its end too', async () => {
    const source = aSource();
    for (let lookups = 0; lookups < 5; lookups++) {
      stub.script({ status: 403, headers: html, body: 'blocked' });
      await failure(lookup(source, ID));
    }
    await lookup(source, ID);
    expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'reads of tweets through the oEmbed endpoint fail; nothing is purged'],
      ['info', 'the oEmbed endpoint answers again'],
    ]);
    expect(metrics.records).toHaveLength(6);
  });
});

describe('a lookup of a caller', () => {
  it('whose deadline is too close fails at once, without a request', async () => {
    const error = await failure(aSource().lookup([ID], aContext({ deadlineInMs: 150 })));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(stub.requests).toEqual([]);
  });

  it('cancels its requests when the caller leaves', async () => {
    stub.script('hang');
    const gone = new AbortController();
    const [asked, left] = [stub.nextRequest(), stub.clientLeft()];
    const looked = aSource().lookup([ID], aContext({ signal: gone.signal }));
    await asked;
    gone.abort(new AbandonedError('left'));
    expect(await failure(looked)).toBeInstanceOf(AbandonedError);
    await left;
    expect(metrics.records).toEqual([]);
  });
});

describe('a refusal with 429', () => {
  it('pauses requests until its Retry-After has passed', async () => {
    const source = aSource();
    stub.script({ status: 429, headers: { 'retry-after': '30' }, body: '' });
    expect(await failure(lookup(source, ID))).toMatchObject({
      name: 'TweetSourceLimitedError',
      retryAfterSeconds: 30,
    });
    nowMs += 20_000;
    expect(await failure(lookup(source, ID))).toMatchObject({ retryAfterSeconds: 10 });
    expect(stub.requests).toHaveLength(1);
    nowMs += 10_000;
    expect(await lookup(source, ID)).toHaveLength(1);
    expect(outcomes()).toEqual(new Set(['limited', 'ok']));
  });

  it.each([undefined, 'Wed, 21 Oct 2026 07:28:00 GMT', '-5', '', 'soon'])(
    'lasts a minute when it says %j',
    async (retryAfter) => {
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      stub.script({ status: 429, headers, body: '' });
      expect(await failure(lookup(aSource(), ID))).toMatchObject({ retryAfterSeconds: 60 });
    },
  );

  it('lasts until a stated date by the clock of the endpoint', async () => {
    const headers = {
      date: 'Wed, 21 Oct 2037 07:28:00 GMT',
      'retry-after': 'Wed, 21 Oct 2037 07:30:00 GMT',
    };
    stub.script({ status: 429, headers, body: '' });
    expect(await failure(lookup(aSource(), ID))).toMatchObject({ retryAfterSeconds: 120 });
  });

  it('lasts an hour at most', async () => {
    stub.script({ status: 429, headers: { 'retry-after': '999999' }, body: '' });
    expect(await failure(lookup(aSource(), ID))).toMatchObject({ retryAfterSeconds: 3_600 });
  });
});
