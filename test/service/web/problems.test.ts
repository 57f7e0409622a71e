import { describe, expect, it } from '@jest/globals';
import { adviceOn } from '../../../service/web/problems.ts';

describe('advice on a problem', () => {
  it('names no jargon for a tweet source out of reach, and offers another try', () => {
    expect(adviceOn('tweet_source_failed', 'The oEmbed endpoint could not be reached.')).toEqual({
      message:
        'X could not be reached from here. Paste the text of the tweet instead, or try again later.',
      canRetry: true,
    });
  });

  it.each([
    ['internal', 'The service failed. Its log has the reason.'],
    ['overloaded', 'The service is busy right now.'],
    ['rate_limited', 'Too many requests in a short time. Wait a minute.'],
    [
      'tweet_source_limited',
      'X currently accepts no more requests from this service. Paste the text of the tweet instead.',
    ],
  ])('says in plain words what %s means', (code, message) => {
    expect(adviceOn(code, 'detail')).toEqual({ message, canRetry: true });
  });

  it.each(['unsupported_host', 'invalid_tweet_id', 'text_too_long', 'tweet_not_found'])(
    'offers no other try for %s',
    (code) => {
      expect(adviceOn(code, 'detail').canRetry).toBe(false);
    },
  );

  it('keeps the words of the service for other codes', () => {
    expect(adviceOn('unsupported_language', 'The text is in "de".')).toEqual({
      message: 'The text is in "de".',
      canRetry: false,
    });
  });

  it('knows no code by the name of a property that every object has', () => {
    expect(adviceOn('constructor', 'detail').message).toBe('detail');
  });
});
