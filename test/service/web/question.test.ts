import { describe, expect, it } from '@jest/globals';
import { aggregatePath, questionOf } from '../../../service/web/question.ts';

describe('what is typed into the box', () => {
  it.each([
    ['https://x.com/jack/status/20', 'https://x.com/jack/status/20'],
    [' HTTP://twitter.com/jack/status/20 ', 'HTTP://twitter.com/jack/status/20'],
    ['x.com/jack/status/20', 'https://x.com/jack/status/20'],
    ['mobile.twitter.com/jack/status/20', 'https://mobile.twitter.com/jack/status/20'],
    ['https://example.com/', 'https://example.com/'],
  ])('"%s" asks for a tweet', (typed, tweetUrl) => {
    expect(questionOf(typed)).toEqual({ kind: 'tweet', tweetUrl });
  });

  it.each([
    'I love this phone',
    'look: https://x.com/jack/status/20',
    'example.com/a',
    'http is great',
    'x.com',
  ])('"%s" is a text', (typed) => {
    expect(questionOf(typed)).toEqual({ kind: 'text', text: typed });
  });
});

describe('the path of an aggregate', () => {
  const nowMs = Date.UTC(2026, 10, 23, 0, 5);

  it.each([
    ['#bitcoin', 30, '/v1/topics/%23bitcoin/sentiment?from=2026-10-25&to=2026-11-23'],
    ['$btc', 1, '/v1/topics/%24btc/sentiment?from=2026-11-23&to=2026-11-23'],
    ['a/b c', 366, '/v1/topics/a%2Fb%20c/sentiment?from=2025-11-23&to=2026-11-23'],
    ['@nasa', 7, '/v1/users/%40nasa/sentiment?from=2026-11-17&to=2026-11-23'],
    ['id:12', 7, '/v1/users/12/sentiment?from=2026-11-17&to=2026-11-23'],
  ])('of %s over %i days ends today, in UTC', (subject, days, path) => {
    expect(aggregatePath(subject, days, nowMs)).toBe(path);
  });

  it('replaces half of a character, which no address can hold', () => {
    expect(aggregatePath('#a\ud83d', 1, nowMs)).toMatch(/^\/v1\/topics\/%23a%EF%BF%BD\//);
  });
});
