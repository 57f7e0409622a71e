import { CallerError } from './errors.ts';

/** Topics kept per tweet; further ones are left out. */
export const MAX_TOPICS = 32;

/** Longest topic, in UTF-16 units; a longer one is left out. */
export const MAX_TOPIC_CHARACTERS = 100;

/**
 * The characters of hashtags on X, for a character class: letters, marks and digits of any script, and characters that
 * join words, as in #スター・ウォーズ. Source: twitter-text 3.1, hashtagSpecialChars.
 */
export const TAG_CHARACTERS = String.raw`\p{L}\p{M}\p{N}_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7`;

/**
 * An address, so that its fragment is not taken for a hashtag, or a hashtag as twitter-text finds it: after a character
 * of another kind or an emoji, and not directly before another hashtag.
 */
const ADDRESS_OR_HASHTAG = new RegExp(
  String.raw`https?://[!-~]+|(?:(?<![${TAG_CHARACTERS}&])|(?<=[\ufe0e\ufe0f]))[#＃](?![\ufe0f\u20e3])([${TAG_CHARACTERS}]+)(?![${TAG_CHARACTERS}#＃]|://)`,
  'giu',
);

/** A ticker symbol, perhaps with its class: $BRK.B. */
const CASHTAG = /(?<![^\s(["'])\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?![A-Za-z0-9_$])/g;

/**
 * The canonical form of a topic: NFKC, lower case, single spaces, with its `#` or `$` if it has
 * one. Null if nothing is left, if it is too long, or if it holds a control character or half a
 * surrogate pair.
 */
export function normalizeTopic(topic: string): string | null {
  const normalized = topic
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .trim()
    .replace(/\s+/g, ' ');
  // Clients take a path's `.` and `..` for parts of it.
  const isUsable =
    normalized.length <= MAX_TOPIC_CHARACTERS &&
    /^(?!\.{1,2}$)[#$]?[^#$\p{Cc}\p{Cs}]+$/u.test(normalized);
  return isUsable ? normalized : null;
}

/**
 * The canonical topic that a caller names.
 *
 * @throws CallerError invalid_request
 */
export function parseTopic(tag: string): string {
  const topic = normalizeTopic(tag);
  if (topic === null) {
    throw new CallerError(
      'invalid_request',
      `A topic must be a name, optionally after one # (%23) or $ (%24), of at most ${MAX_TOPIC_CHARACTERS} UTF-16 code units in all.`,
    );
  }
  return topic;
}

/** The same name as a hashtag, a cashtag and a plain name, without the topic itself. */
export function sameNamedTopics(topic: string): string[] {
  const name = topic.replace(/^[#$]/, '');
  return [`#${name}`, `$${name}`, name].filter(
    (each) => each !== topic && normalizeTopic(each) === each,
  );
}

/** Distinct canonical topics in their order, at most MAX_TOPICS; unusable ones are left out. */
export function normalizeTopics(topics: Iterable<string>): string[] {
  const normalized = new Set<string>();
  for (const topic of topics) {
    if (normalized.size === MAX_TOPICS) break;
    const usable = normalizeTopic(topic);
    if (usable !== null) normalized.add(usable);
  }
  return [...normalized];
}

/** The hashtags and cashtags of a text as written, hashtags first. */
export function* extractTopics(text: string): Generator<string> {
  for (const [, tag = ''] of text.matchAll(ADDRESS_OR_HASHTAG)) {
    if (/\p{L}/u.test(tag)) yield `#${tag}`;
  }
  for (const [, symbol] of text.matchAll(CASHTAG)) yield `$${symbol}`;
}
