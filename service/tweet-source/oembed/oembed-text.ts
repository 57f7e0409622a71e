import { Parser } from 'htmlparser2';
import { type Language, languageOf } from '../../domain/language.ts';

/** Tweets of before 2016 have http links. */
const SHORT_LINK = /^https?:\/\/t\.co\//i;

export interface OembedText {
  readonly text: string;
  /** From the attribute `lang` of the first paragraph; null if it tells none. */
  readonly language: Language | null;
  /** Text of the last link, with which the blockquote ends: the day of the tweet. */
  readonly lastLink: string;
}

/**
 * Extracts the text of a tweet, its language and its day from oEmbed's HTML: the paragraphs of its
 * blockquote. As in the X API, line breaks become `\n`, emoji images their character, and X's links
 * their t.co address (oEmbed shows pic.twitter.com/… for pictures). Null without a paragraph.
 */
export function textFromOembed(html: string): OembedText | null {
  const text = new ParagraphText();
  const parser = new Parser(text);
  parser.end(html);
  return text.result();
}

class ParagraphText {
  #text = '';
  #language: Language | null = null;
  #paragraphs = 0;
  #isInParagraph = false;
  #isInShortLink = false;
  #lastLink = '';
  #isInLink = false;

  onopentag(name: string, { href = '', alt = '', lang = '' }: Record<string, string>): void {
    if (name === 'p') {
      if (this.#paragraphs > 0) this.#text += '\n';
      else this.#language = languageOf(lang);
      this.#paragraphs += 1;
      this.#isInParagraph = true;
    } else if (name === 'br') {
      this.#add('\n');
    } else if (name === 'img') {
      this.#add(alt);
    } else if (name === 'a') {
      this.#isInLink = true;
      this.#lastLink = '';
      if (!SHORT_LINK.test(href)) return;
      this.#add(href);
      this.#isInShortLink = true;
    }
  }

  ontext(text: string): void {
    if (this.#isInLink) this.#lastLink += text;
    if (!this.#isInShortLink) this.#add(text);
  }

  onclosetag(name: string): void {
    if (name === 'p') this.#isInParagraph = false;
    if (name === 'a') this.#isInLink = false;
    if (name === 'p' || name === 'a') this.#isInShortLink = false;
  }

  result(): OembedText | null {
    if (this.#paragraphs === 0) return null;
    return { text: this.#text.trim(), language: this.#language, lastLink: this.#lastLink };
  }

  #add(text: string): void {
    if (this.#isInParagraph) this.#text += text;
  }
}
