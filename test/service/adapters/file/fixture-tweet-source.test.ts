import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureTweetSource } from '../../../../service/adapters/file/fixture-tweet-source.ts';
import { snowflakeTimeMs } from '../../../../service/domain/snowflake.ts';
import { StartupError } from '../../../../service/errors.ts';

describe('the bundled example', () => {
  const source = new FixtureTweetSource();

  async function textOf(id: string): Promise<string> {
    const [lookup] = await source.lookup([id]);
    if (lookup?.status !== 'found') throw new Error(`${id} is ${lookup?.status}`);
    expect(Math.abs(lookup.tweet.createdAtMs - snowflakeTimeMs(id))).toBeLessThan(1_000);
    expect(lookup.tweet.authorUsername).not.toBeNull();
    return lookup.tweet.text;
  }

  it('begins with the tweet of the README', async () => {
    expect(await textOf('1460323737035677698')).toMatch(/^I love this phone!/);
  });

  it('holds a long post and a retweet in full', async () => {
    expect((await textOf('1825148325196738560')).length).toBeGreaterThan(280);
    expect(await textOf('1830668297696202752')).toMatch(/^Three months with .* #baking$/);
  });

  it('holds escaped characters and emoji', async () => {
    expect(await textOf('1879094980899790848')).toContain(
      'Tea > coffee & I will not discuss it ☕️🫖🇩🇰',
    );
  });

  it('holds a deleted, a protected and a withheld tweet, and knows no other', async () => {
    const ids = ['1786985443619766273', '1798597210665910273', '1885780156216274944', '20'];
    expect(await source.lookup(ids)).toEqual([
      { status: 'not_found' },
      { status: 'protected' },
      { status: 'withheld' },
      { status: 'not_found' },
    ]);
  });
});

describe('a file', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fixture-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function write(content: unknown): string {
    const path = join(folder, 'tweets.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('answers with its tweets', async () => {
    const path = write({ data: [{ id: '20', text: 'mine', lang: 'en' }], meta: {} });
    expect(await new FixtureTweetSource({ path }).lookup(['21', '20'])).toEqual([
      { status: 'not_found' },
      { status: 'found', tweet: expect.objectContaining({ text: 'mine' }) },
    ]);
  });

  it('may hold errors alone', async () => {
    const type = 'https://api.twitter.com/2/problems/not-authorized-for-resource';
    const path = write({ errors: [{ value: '20', type }] });
    expect(await new FixtureTweetSource({ path }).lookup(['20'])).toEqual([
      { status: 'protected' },
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{"data": [{"text": "private"', /is not valid JSON\.$/],
    ['nothing in it', {}, /it holds no tweets/],
    ['a list', [], /the file must be object/],
    [
      'a tweet without text',
      { data: [{ id: '20' }] },
      /\/data\/0 must have required properties text/,
    ],
    ['a number for an id', { data: [{ id: 20, text: 'private' }] }, /\/data\/0\/id must be string/],
    [
      'an id over 2^63-1',
      { data: [{ id: '9223372036854775808', text: 'private' }] },
      /9223372036854775808 is no tweet id/,
    ],
    ['an error about no tweet', { errors: [{ type: 'x' }] }, /none is no tweet id/],
    [
      'an error that is not about the tweet',
      { errors: [{ value: '20', type: 'usage-capped' }] },
      /the error about 20 does not say/,
    ],
  ])('with %s is refused by name', (_, content, fault) => {
    const path = write(content);
    const create = () => new FixtureTweetSource({ path });
    expect(create).toThrow(StartupError);
    expect(create).toThrow(fault);
    expect(create).toThrow(path);
    expect(create).not.toThrow(/private/);
  });

  it('that is not there is refused by name', () => {
    const path = join(folder, 'missing.json');
    expect(() => new FixtureTweetSource({ path })).toThrow(
      `TWEET_FIXTURE ${path} cannot be read: ENOENT.`,
    );
  });

  it('with many faults names the first ones', () => {
    const path = write({ data: Array.from({ length: 500 }, () => ({ id: 'x' })) });
    let message = '';
    try {
      new FixtureTweetSource({ path });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('/data/0');
    expect(message.length).toBeLessThan(1_000);
  });
});
