import { describe, expect, it } from '@jest/globals';
import { oembedDayMs } from '../../../../service/tweet-source/oembed/oembed-day.ts';

describe('the day of a tweet in oEmbed', () => {
  it.each([
    ['March 21, 2006', '2006-03-21T00:00:00.000Z'],
    ['November 4, 2010', '2010-11-04T00:00:00.000Z'],
    [' February 29, 2008\n', '2008-02-29T00:00:00.000Z'],
  ])('is read from %j', (text, time) => {
    expect(new Date(oembedDayMs(text) ?? Number.NaN).toISOString()).toBe(time);
  });

  it.each(['', '#tea', '21 March 2006', '21. März 2006', 'March 32, 2006', 'Foo 1, 2006'])(
    'is not read from %j',
    (text) => {
      expect(oembedDayMs(text)).toBeNull();
    },
  );
});
