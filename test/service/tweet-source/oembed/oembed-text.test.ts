import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textFromOembed } from '../../../../service/tweet-source/oembed/oembed-text.ts';
import { oembedOf } from '../../../helpers/x-api-stub.ts';

const textOf = (paragraph: string) => {
  const { html } = oembedOf({ id: '20', text: paragraph }) as { html: string };
  return textFromOembed(html)?.text;
};

describe('textFromOembed', () => {
  it.each([
    ['plain words', 'just setting up my twttr', 'just setting up my twttr'],
    ['line breaks', 'one<br><br>two<br/>three', 'one\n\ntwo\nthree'],
    [
      'entities',
      'R&amp;D &lt;3 &quot;x&quot; &#39;y&#39; &#x1F600; &eacute;',
      `R&D <3 "x" 'y' 😀 é`,
    ],
    ['what was typed as an entity', '&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    [
      'emoji images',
      'so good<img class="Emoji" alt="😍" src="https://abs.twimg.com/e.png">!',
      'so good😍!',
    ],
    ['emoji of several code points', 'family 👨‍👩‍👧 and 🇩🇰', 'family 👨‍👩‍👧 and 🇩🇰'],
    ['an image without a word', 'a<img src="x">b', 'ab'],
    [
      'a link',
      'read <a href="https://t.co/abc">https://t.co/abc</a> now',
      'read https://t.co/abc now',
    ],
    [
      'a link that shows where it leads',
      'read <a href="https://t.co/abc">example.com/a/<b>long</b>…</a> now',
      'read https://t.co/abc now',
    ],
    [
      'a picture',
      'look <a href="https://t.co/pic">pic.twitter.com/pic</a>',
      'look https://t.co/pic',
    ],
    [
      'a picture of an old tweet',
      'look <a href="http://t.co/pic">pic.twitter.com/pic</a>',
      'look http://t.co/pic',
    ],
    [
      'a hashtag and a mention',
      '<a href="https://x.com/hashtag/tea?src=hash&amp;ref_src=twsrc%5Etfw">#tea</a> with <a href="https://x.com/jack?ref_src=twsrc%5Etfw">@jack</a>',
      '#tea with @jack',
    ],
    ['white space around', '  a  ', 'a'],
    ['no words at all', '', ''],
  ])('returns %s', (_, paragraph, text) => {
    expect(textOf(paragraph)).toBe(text);
  });

  it('ends with a link to the tweet, whose text is its day', () => {
    const { html } = oembedOf({ id: '20', text: '<a href="/x">#tea</a>' }) as { html: string };
    expect(textFromOembed(html)?.lastLink).toBe('November 15, 2021');
  });

  it('omits the author and the time', () => {
    expect(textOf('words')).toBe('words');
  });

  it('joins paragraphs with a line break', () => {
    expect(textFromOembed('<blockquote><p>one</p><p>two</p>&mdash; me</blockquote>')?.text).toBe(
      'one\ntwo',
    );
  });

  it.each([
    ['de', 'de'],
    ['und', null],
    ['', null],
    ['nonsense of a tag', null],
  ])('reads the language of a paragraph of lang="%s" as %s', (lang, language) => {
    expect(textFromOembed(`<p lang="${lang}">one</p><p lang="fr">two</p>`)?.language).toBe(
      language,
    );
  });

  it.each(['', 'words', '<blockquote>words</blockquote>', '<script>alert(1)</script>'])(
    'finds none in %j',
    (html) => {
      expect(textFromOembed(html)).toBeNull();
    },
  );

  it('returns any escaped text unchanged', () => {
    const aText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\r', '').trim());
    fc.assert(
      fc.property(aText, (text) => {
        const html = text
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('\n', '<br>');
        expect(textOf(html)).toBe(text);
      }),
    );
  });

  it('accepts any HTML without an error', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<p>',
        '</p>',
        '<a href="https://t.co/',
        '">',
        '</a>',
        '<br',
        '&',
        '&#',
        '<!--',
        '<![CDATA[',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        textFromOembed(pieces.join(''));
      }),
    );
  });
});
