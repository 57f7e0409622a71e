import { COMPARED_TEXTS, GOLDEN_TEXTS } from './trial-texts.ts';

/** Number of texts that a model must answer with numbers. */
const TEXTS = 2_000;

/** First and last letter of scripts and blocks of symbols. */
const SCRIPTS: readonly (readonly [first: number, last: number])[] = [
  [0xc0, 0x17f], // Latin with diacritics
  [0x3b1, 0x3c9], // Greek
  [0x410, 0x44f], // Cyrillic
  [0x531, 0x556], // Armenian
  [0x5d0, 0x5ea], // Hebrew
  [0x620, 0x64a], // Arabic
  [0x905, 0x939], // Devanagari
  [0x985, 0x9b9], // Bengali
  [0xb85, 0xbb9], // Tamil
  [0xe01, 0xe2e], // Thai
  [0x10d0, 0x10f0], // Georgian
  [0x1200, 0x1248], // Ethiopic
  [0x1ea0, 0x1ef9], // Vietnamese
  [0x3041, 0x3096], // Hiragana
  [0x30a1, 0x30fa], // Katakana
  [0x4e00, 0x9fa5], // Han
  [0xac00, 0xd7a3], // Hangul
  [0x2000, 0x206f], // spaces, dashes, directions
  [0x20a0, 0x20bf], // currencies
  [0x2190, 0x23ff], // arrows, mathematics
  [0xff01, 0xff5e], // full-width forms
  [0x1d400, 0x1d4ff], // mathematical letters
];
const EMOJI: readonly (readonly [first: number, last: number])[] = [
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x2600, 0x27bf],
];
const SKIN_TONES = [0x1f3fb, 0x1f3ff] as const;
const MARKS = [0x300, 0x36f] as const;
const LATIN = [0x61, 0x7a] as const;
const PUNCTUATION = [0x21, 0x2f] as const;
const CONTROLS = [0x0, 0x1f] as const;
const ENTITIES = ['&amp;', '&lt;3', '&#39;', '&quot;', '&nbsp;', '&eacute;', '&#x1F600;'];

/**
 * Texts of every kind that posts are made of, the same in every run: those of the comparison, then
 * emoji, marks, scripts, long words, links, names, numbers and characters that only accidents write.
 */
export function trialCorpus(): string[] {
  const texts = [...GOLDEN_TEXTS.map(({ text }) => text), ...COMPARED_TEXTS];
  const random = new TextGenerator();
  const kinds: (() => string)[] = [
    () =>
      `${random.of(COMPARED_TEXTS).split(' ').slice(0, 3).join(' ')} ${random.letters(EMOJI, 2)}`,
    () => random.emoji(),
    () => random.marked(),
    () => random.letters([random.of(SCRIPTS)], 5),
    () => `${random.letters(SCRIPTS, 3)} ${random.word(6)}`,
    () => random.word(30 + random.below(40)),
    () => `https://${random.word(8)}.com/${random.word(5)}?${random.word(2)}=${random.below(1e6)}`,
    () => `@${random.word(9)} ${random.word(4)} #${random.word(7)}`,
    () => `${random.below(1e9)} ${random.letters([PUNCTUATION], 4)} ${random.below(100)} %`,
    () =>
      `${random.of(ENTITIES)} ${random.word(3)}${random.letters([CONTROLS], 2)}${random.word(3)}`,
  ];
  for (let at = 0; texts.length < TEXTS; at++) texts.push(kinds[at % kinds.length]?.() ?? '');
  return texts;
}

type Range = readonly [first: number, last: number];

/** Random texts of a fixed seed (mulberry32). */
class TextGenerator {
  #state = 1;

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('There is nothing to choose from');
    return item;
  }

  letters(ranges: readonly Range[], count: number): string {
    return Array.from({ length: count }, () => this.#letter(this.of(ranges))).join('');
  }

  word(letters: number): string {
    return this.letters([LATIN], letters);
  }

  /** An emoji, with a skin tone, joined with another, or as a text or a picture. */
  emoji(): string {
    const emoji = this.letters(EMOJI, 1);
    const ends = ['', '\ufe0f', '\ufe0e', this.letters([SKIN_TONES], 1)];
    return `${emoji}${this.of(ends)}${this.of(['', `\u200d${this.letters(EMOJI, 1)}`])}`;
  }

  /** Letters with combining marks. */
  marked(): string {
    return Array.from(
      { length: 3 },
      () => this.word(1) + this.letters([MARKS], 1 + this.below(3)),
    ).join('');
  }

  #letter([first, last]: Range): string {
    return String.fromCodePoint(first + this.below(last - first + 1));
  }
}
