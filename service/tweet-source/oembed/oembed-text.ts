import { Parser } from 'htmlparser2';

/**
 * The text of a tweet in the HTML that oEmbed gives: the paragraphs of its blockquote. Line
 * breaks become `\n`, emoji images their character, and links of X their t.co address, as the X
 * API writes them (oEmbed shows a picture's as pic.twitter.com/…). Null when there is no
 * paragraph.
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
    } else if (name === 'a' && href.startsWith('https://t.co/')) {
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
