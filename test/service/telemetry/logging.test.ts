import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TweetSourceFailedError } from '../../../service/domain/errors.ts';
import {
  createLogger,
  describeError,
  type LoggingOptions,
} from '../../../service/telemetry/logging.ts';

async function aLogger(options: Partial<LoggingOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = await createLogger({
    level: 'info',
    secrets: [],
    destination,
    pretty: false,
    ...options,
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a log line', () => {
  it('is one line of JSON with level, ISO time, fields and message', async () => {
    const { logger, lines, last } = await aLogger();
    logger.info({ tweetId: '20' }, 'A row was dropped');
    expect(lines).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      tweetId: '20',
      msg: 'A row was dropped',
    });
  });

  it.each(['debug', 'info', 'warn', 'error'] as const)(
    'of %s appears from its level on',
    async (level) => {
      const { logger, lines } = await aLogger({ level: 'warn' });
      logger[level]({}, 'x');
      expect(lines).toHaveLength(level === 'warn' || level === 'error' ? 1 : 0);
    },
  );

  it('is not written at all when the level is silent', async () => {
    const { logger, lines } = await aLogger({ level: 'silent' });
    logger.fatal({}, 'x');
    expect(lines).toEqual([]);
  });

  it('is text for people when asked for', async () => {
    const { logger, lines } = await aLogger({ pretty: true, secrets: ['sesame-street'] });
    logger.info({ tweetId: '20' }, 'Open sesame-street');
    expect(lines.join('')).toMatch(/INFO.*Open \[hidden\][\s\S]*tweetId/);
  });
});

describe('secrets, texts and handles', () => {
  it.each([
    { text: 'I love this phone' },
    { tweet: { text: 'I love this phone' } },
    { texts: ['I love this phone'] },
    { body: { texts: ['I love this phone'] } },
    { row: { authorUsername: 'I love this phone' } },
    { request: { headers: { authorization: 'I love this phone' } } },
  ])('are hidden under their usual keys: %j', async (fields) => {
    const { logger, lines } = await aLogger();
    logger.error(fields, 'x');
    expect(lines.join('')).toContain('[hidden]');
    expect(lines.join('')).not.toContain('phone');
  });

  it('of a request leave only method and route, of a reply the status', async () => {
    const { logger, last } = await aLogger();
    const req = {
      method: 'GET',
      url: '/v1/inference?tweetUrl=https://x.com/nasa/status/20',
      routeOptions: { url: '/v1/inference' },
      headers: { 'x-api-key': 'key' },
    };
    logger.info({ req, res: { statusCode: 200, body: 'x' } }, 'x');
    expect(last()).toMatchObject({ req: { method: 'GET', route: '/v1/inference' } });
    expect(JSON.stringify(last())).not.toMatch(/nasa|x-api-key|body/);
  });

  it('known to the configuration never appear, whatever they consist of', async () => {
    const secret = fc.stringMatching(/^[!-~]{6,40}$/);
    await fc.assert(
      fc.asyncProperty(secret, secret, async (one, two) => {
        fc.pre(!'A fault with [hidden] in a field'.includes(one));
        const { logger, last } = await aLogger({ secrets: [one, one + two] });
        logger.error({ field: `<${one}${two}>`, err: new Error(`says ${one}`) }, `with ${one}`);
        const { field, msg, err } = last();
        expect({ field, msg }).toEqual({ field: '<[hidden]>', msg: 'with [hidden]' });
        expect(err).toMatchObject({ message: 'says [hidden]' });
      }),
    );
  });

  it('too short to be told from words are left: the configuration should not have such', async () => {
    const { logger, last } = await aLogger({ secrets: ['in'] });
    logger.info({}, 'Listening');
    expect(last()).toMatchObject({ msg: 'Listening' });
  });
});

describe('an error in the log', () => {
  it('has type, message, code, frames and causes', () => {
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const error = new TweetSourceFailedError('The tweet source failed.', { cause });
    expect(describeError(error)).toEqual({
      type: 'TweetSourceFailedError',
      message: 'The tweet source failed.',
      code: 'tweet_source_failed',
      stack: expect.stringMatching(/^\s+at .*logging\.test/),
      cause: {
        type: 'Error',
        message: 'connect refused',
        code: 'ECONNREFUSED',
        stack: expect.any(String),
      },
    });
  });

  it('shows nothing else that a vendor has hung on it', () => {
    const error = Object.assign(new Error('Request failed'), {
      request: { headers: { authorization: 'Bearer hunter2' } },
      command: { name: 'set', args: ['key', 'I love this phone'] },
    });
    expect(JSON.stringify(describeError(error))).not.toMatch(/hunter2|phone/);
  });

  it('does not quote what JSON.parse could not read', () => {
    const parse = () => JSON.parse('I love this phone');
    let described = {};
    try {
      parse();
    } catch (error) {
      described = describeError(error);
    }
    expect(described).toMatchObject({ type: 'SyntaxError', message: expect.any(String) });
    expect(JSON.stringify(described)).not.toMatch(/love/);
  });

  it('follows a limited number of causes', () => {
    const error = new Error('ring');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).match(/"ring"/g)).toHaveLength(5);
  });

  it.each(['I love this phone', null, undefined, { text: 'I love this phone' }])(
    'that is none, but %j, does not show',
    (thrown) => {
      expect(JSON.stringify(describeError(thrown))).not.toContain('phone');
    },
  );
});
