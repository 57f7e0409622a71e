import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CallerError } from '../../../service/domain/errors.ts';
import { isTweetId, normalizeTweetId, parseTweetUrl } from '../../../service/domain/tweet-url.ts';
import { unicodeString } from '../../helpers/unicode-string.ts';
import { urlPart } from '../../helpers/url-parts.ts';

const ID = '1460323737035677698';

function codeOf(url: string): string {
  try {
    return `accepted as ${parseTweetUrl(url)}`;
  } catch (error) {
    if (error instanceof CallerError) return error.code;
    throw error;
  }
}

const anId = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
const aHost = fc
  .tuple(fc.constantFrom('', 'www.', 'mobile.', 'm.'), fc.constantFrom('x.com', 'twitter.com'))
  .map((parts) => parts.join(''));
const aUser = fc.stringMatching(/^[A-Za-z0-9_]{1,15}$/);
const aUrl = fc.record({
  scheme: fc.constantFrom('https://', 'http://', 'HTTPS://'),
  host: fc.oneof(
    aHost,
    aHost.map((host) => host.toUpperCase()),
  ),
  owner: fc.oneof(aUser, fc.constantFrom('i', 'i/web')),
  status: fc.constantFrom('status', 'statuses'),
  media: fc.oneof(
    fc.constant(''),
    fc
      .tuple(fc.constantFrom('photo', 'video'), fc.integer({ min: 1, max: 4 }))
      .map(([kind, index]) => `/${kind}/${index}`),
  ),
  slash: fc.constantFrom('', '/'),
  query: fc.oneof(
    fc.constant(''),
    urlPart.map((query) => `?${query}`),
  ),
  fragment: fc.oneof(
    fc.constant(''),
    urlPart.map((fragment) => `#${fragment}`),
  ),
});

describe('parseTweetUrl', () => {
  it('finds the id under any host, path, suffix, query and fragment', () => {
    fc.assert(
      fc.property(aUrl, anId, (u, id) => {
        const path = `/${u.owner}/${u.status}/${id}${u.media}${u.slash}${u.query}${u.fragment}`;
        expect(parseTweetUrl(u.scheme + u.host + path)).toBe(id);
      }),
    );
  });

  it('reads a URL as X writes it like the same URL with its host in capitals', () => {
    const anyNumber = fc.stringMatching(/^[0-9]{1,21}$/);
    const aQuery = fc.constantFrom('', '?', '?s=20&t=aB_-', '?s=%20', '#m', '/', '/photo/1');
    fc.assert(
      fc.property(aUser, anyNumber, aQuery, (user, id, query) => {
        const path = `/${user}/status/${id}${query}`;
        expect(codeOf(`https://x.com${path}`)).toBe(codeOf(`https://X.com${path}`));
      }),
    );
  });

  it('throws nothing but CallerError for any string', () => {
    const pieces = fc.array(
      fc.oneof(
        unicodeString(),
        fc.constantFrom('https://', 'x.com', '/', '\\', '@', ':', '%2F', '?', '#', '[', ' ', '\t'),
        fc.constantFrom('status', 'i/web', ID, '..', '٠', 'ｘ'),
      ),
    );
    fc.assert(
      fc.property(
        pieces.map((parts) => parts.join('')),
        (url) => {
          codeOf(url);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['surrounding white space', ` https://x.com/jack/status/20\n`, '20'],
    ['leading zeros', 'https://x.com/jack/status/000020', '20'],
    ['the largest id', 'https://x.com/i/status/9223372036854775807', '9223372036854775807'],
    ['another user in the query', `https://x.com/a/status/20?u=https://evil.test/@x:1`, '20'],
    ['dot segments, which every client resolves', 'https://x.com/a/../jack/status/20', '20'],
    ['an @ before the name', 'https://x.com/@jack/status/20', '20'],
    ['the photo in full size', 'https://x.com/jack/status/20/photo/1/large', '20'],
    ...[
      'analytics',
      'quotes',
      'likes',
      'retweets',
      'retweets/with_comments',
      'reposts',
      'history',
      'media_tags',
      'mediaViewer?currentTweet=20',
    ].map((view): [string, string, string] => [
      `the view ${view}`,
      `https://x.com/jack/status/20/${view}`,
      '20',
    ]),
  ])('accepts %s', (_, url, id) => {
    expect(parseTweetUrl(url)).toBe(id);
  });

  it.each([
    ['an empty string', ''],
    ['no scheme', `x.com/jack/status/${ID}`],
    ['another scheme', `ftp://x.com/jack/status/${ID}`],
    ['a script', `javascript:alert(1)//https://x.com/jack/status/${ID}`],
    ['no slashes after the scheme', `https:x.com/jack/status/${ID}`],
    ['no host', 'https://'],
    ['a host that cannot be', `https://x .com/jack/status/${ID}`],
    ['a user', `https://jack@x.com/jack/status/${ID}`],
    ['an empty user', `https://@x.com/jack/status/${ID}`],
    ['a user that looks like the host', `https://x.com@evil.test/jack/status/${ID}`],
    ['a port', `https://x.com:8443/jack/status/${ID}`],
    ["the scheme's own port", `https://x.com:443/jack/status/${ID}`],
    ['an empty port', `https://x.com:/jack/status/${ID}`],
    ['a port out of range', `https://x.com:99999/jack/status/${ID}`],
    ['a tab inside', `https://x.com/jack/sta\ttus/${ID}`],
    ['a line break inside the id', 'https://x.com/jack/status/20\n21'],
    ['a space inside', `https://x.com/jack smith/status/${ID}`],
    ['text before the URL', `look: https://x.com/jack/status/${ID}`],
    ['text behind the URL', `https://x.com/jack/status/${ID} look`],
    ['a null character', `https://x.com/jack/status/${ID}\0`],
    ['backslashes', `https:\\\\x.com\\jack\\status\\${ID}`],
    ['a backslash after the host', `https://x.com\\@evil.test/jack/status/${ID}`],
  ])('refuses %s as invalid_tweet_url', (_, url) => {
    expect(codeOf(url)).toBe('invalid_tweet_url');
  });

  it.each([
    ['a link shortener', 'https://t.co/abc'],
    ['a mirror', `https://nitter.net/jack/status/${ID}`],
    ['an unknown subdomain', `https://api.x.com/jack/status/${ID}`],
    ['a host that ends alike', `https://notx.com/jack/status/${ID}`],
    ['a host that begins alike', `https://x.com.evil.test/jack/status/${ID}`],
    ['a trailing dot', `https://x.com./jack/status/${ID}`],
    ['a full-width letter', `https://ｘ.com/jack/status/${ID}`],
    ['an ideographic full stop', `https://x。com/jack/status/${ID}`],
    ['a Cyrillic letter', `https://х.com/jack/status/${ID}`],
    ['a soft hyphen', `https://x\u00ad.com/jack/status/${ID}`],
    ['an escaped letter', `https://%78.com/jack/status/${ID}`],
    ['an IPv6 address', `https://[::1]/jack/status/${ID}`],
    ['a number', `https://2130706433/jack/status/${ID}`],
  ])('refuses %s as unsupported_host', (_, url) => {
    expect(codeOf(url)).toBe('unsupported_host');
  });

  it.each([
    ['no path', 'https://x.com'],
    ['a profile', 'https://x.com/jack'],
    ['a list', 'https://x.com/i/lists/20'],
    ['no id', 'https://x.com/jack/status/'],
    ['a word for an id', 'https://x.com/jack/status/first'],
    ['id 0', 'https://x.com/jack/status/0'],
    ['2^63', 'https://x.com/jack/status/9223372036854775808'],
    ['20 digits', 'https://x.com/jack/status/00000000000000000020'],
    ['a negative id', 'https://x.com/jack/status/-20'],
    ['an exponent', 'https://x.com/jack/status/2e1'],
    ['Arabic digits', 'https://x.com/jack/status/٢٠'],
    ['escaped digits', 'https://x.com/jack/status/%32%30'],
    ['escaped slashes', 'https://x.com/jack%2Fstatus%2F20'],
    ['doubled slashes', 'https://x.com/jack//status/20'],
    ['a user X does not allow', 'https://x.com/jack-smith/status/20'],
    ['an unknown view', 'https://x.com/jack/status/20/nonsense'],
    ['two views', 'https://x.com/jack/status/20/likes/quotes'],
    ['the id in the fragment only', 'https://twitter.com/#!/jack/status/20'],
    ['the id in the query only', 'https://x.com/?p=/jack/status/20'],
  ])('refuses %s as invalid_tweet_id', (_, url) => {
    expect(codeOf(url)).toBe('invalid_tweet_id');
  });

  it('repeats neither the path nor the query in its message', () => {
    const urls = ['https://x.com/secret', 'https://secret@x.com/', 'https://t.co/secret?secret'];
    for (const url of urls) {
      expect(() => parseTweetUrl(url)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
    }
  });
});

describe('tweet ids', () => {
  it('are parsed to a canonical form, which parses to itself', () => {
    fc.assert(
      fc.property(anId, fc.nat(18), (id, zeros) => {
        const padded = id.padStart(Math.min(19, id.length + zeros), '0');
        expect(normalizeTweetId(padded)).toBe(id);
        expect(isTweetId(id)).toBe(true);
        expect(isTweetId(padded)).toBe(padded === id);
      }),
    );
  });

  it.each(['', '0', '000', '-1', '1.5', '1e3', ' 1', '1n', '0x1', '٢', '9223372036854775808'])(
    'are not %j',
    (id) => {
      expect(isTweetId(id)).toBe(false);
      expect(() => normalizeTweetId(id)).toThrow(CallerError);
    },
  );
});
