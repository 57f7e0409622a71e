import { Parser } from 'htmlparser2';

/** Tweets of before 2016 have http links. */
const SHORT_LINK = /^https?:\/\/t\.co\//i;

/**
 * Extracts the text of a tweet from oEmbed's HTML: the paragraphs of its blockquote. As in the X
 * API, line breaks become `\n`, emoji images their character, and X's links their t.co address
 * (oEmbed shows pic.twitter.com/… for pictures). Null without a paragraph.
 */
export function textFromOembed(html: string): string | null {
  const text = new ParagraphText();
  const parser = new Parser(text);
  parser.end(html);
  return text.result();
}

class ParagraphText {
  #text = '';
  #paragraphs = 0;
  #isInParagraph = false;
  #isInShortLink = false;

  onopentag(name: string, { href = '', alt = '' }: Record<string, string>): void {
    if (name === 'p') {
      if (this.#paragraphs > 0) this.#text += '\n';
      this.#paragraphs += 1;
      this.#isInParagraph = true;
    } else if (name === 'br') {
      this.#add('\n');
    } else if (name === 'img') {
      this.#add(alt);
    } else if (name === 'a' && SHORT_LINK.test(href)) {
      this.#add(href);
      this.#isInShortLink = true;
    }
  }

  ontext(text: string): void {
    if (!this.#isInShortLink) this.#add(text);
  }

  onclosetag(name: string): void {
    if (name === 'p') this.#isInParagraph = false;
    if (name === 'p' || name === 'a') this.#isInShortLink = false;
  }

  result(): string | null {
    return this.#paragraphs > 0 ? this.#text.trim() : null;
  }

  #add(text: string): void {
    if (this.#isInParagraph) this.#text += text;
  }
}
