/** Topics kept of one tweet; what comes later is left out. */
export const MAX_TOPICS = 32;

/** Longest topic, in UTF-16 units; a longer one is left out. */
export const MAX_TOPIC_CHARACTERS = 100;

/** Letters and digits of any script, as X takes them in a hashtag; one of them a letter. */
const HASHTAG = /(?<![\p{L}\p{M}\p{N}_&/])[#＃]([\p{L}\p{M}\p{N}_]+)/gu;

/** A ticker symbol, perhaps with its class: $BRK.B. */
const CASHTAG = /(?<![^\s(["'])\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?![A-Za-z0-9_$])/g;

/**
 * A topic in the one form it is stored and asked for: NFKC, lower case, single spaces, with its
 * `#` or `$` when it has one. Null when nothing is left, when it is too long, and when it holds
 * a control character or half a surrogate pair.
 */
export function normaliseTopic(topic: string): string | null {
  const normalised = topic
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .trim()
    .replace(/\s+/g, ' ');
  const isUsable =
    normalised.length <= MAX_TOPIC_CHARACTERS && /^[#$]?[^#$\p{Cc}\p{Cs}]+$/u.test(normalised);
  return isUsable ? normalised : null;
}

/** Distinct normalised topics in their order; unusable ones and what exceeds MAX_TOPICS left out. */
export function normaliseTopics(topics: Iterable<string>): string[] {
  const normalised = new Set<string>();
  for (const topic of topics) {
    if (normalised.size === MAX_TOPICS) break;
    const usable = normaliseTopic(topic);
    if (usable !== null) normalised.add(usable);
  }
  return [...normalised];
}

/** The hashtags and cashtags of a text, hashtags first, not normalised. */
export function* extractTopics(text: string): Generator<string> {
  for (const [, tag = ''] of text.matchAll(HASHTAG)) if (/\p{L}/u.test(tag)) yield `#${tag}`;
  for (const [, symbol] of text.matchAll(CASHTAG)) yield `$${symbol}`;
}
