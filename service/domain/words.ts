import { TAG_CHARACTERS } from './topics.ts';

/** A word of a text, as a range of UTF-16 code units: `text.slice(start, end)`. */
export interface Word {
  readonly start: number;
  readonly end: number;
}

/** English for every text: the boundaries must not depend on the machine. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** Links, user names and tags: one word each, as the model and readers take them. */
const WHOLE = new RegExp(String.raw`(?<!\S)(?:https?://\S+|[@#＃$][${TAG_CHARACTERS}]+)`, 'giu');

/** Emoji carry sentiment; Unicode does not count them as words. */
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/**
 * The words of a text in their order: by Unicode's word boundaries (UAX 29), with emoji, and with
 * links, user names and tags in one piece. Lazy, as callers stop at the words they can take.
 */
export function* wordsOf(text: string): Generator<Word> {
  let from = 0;
  for (const { 0: whole, index } of text.matchAll(WHOLE)) {
    yield* segmentsOf(text.slice(from, index), from);
    from = index + whole.length;
    yield { start: index, end: from };
  }
  yield* segmentsOf(text.slice(from), from);
}

/** The text without a word, and without the white space that would be doubled in its place. */
export function withoutWord(text: string, { start, end }: Word): string {
  const before = text.slice(0, start);
  const after = text.slice(end);
  return before === '' || /\s$/.test(before) ? before + after.replace(/^\s+/, '') : before + after;
}

function* segmentsOf(part: string, offset: number): Generator<Word> {
  for (const { segment, index, isWordLike } of segmenter.segment(part)) {
    if (!isWordLike && !EMOJI.test(segment)) continue;
    yield { start: offset + index, end: offset + index + segment.length };
  }
}
