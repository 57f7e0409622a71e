import { ANY_LANGUAGE, LANGUAGE } from '../contract/languages.ts';

export { ANY_LANGUAGE } from '../contract/languages.ts';

/** Primary subtag of a BCP 47 language tag in lower case, such as `en`. */
export type Language = string;

/** The language of a text, and whether the model reads it. */
export interface LanguageFinding {
  /** Null if undetermined: too short, mixed, or without words. */
  readonly language: Language | null;
  /** Null if the language is undetermined or the model has no stated languages. */
  readonly languageSupported: boolean | null;
}

/** Longest tag that is read; X sends up to six characters. */
const MAX_TAG_CHARACTERS = 35;

/** Tags whose languages are kept: parsing one takes longer than the rest of a tweet. */
const MAX_KEPT_TAGS = 1_000;

/** By tag. */
const keptLanguages = new Map<string, Language | null>();

/** Codes of ISO 639 for several languages, no linguistic content, uncoded and artificial ones. */
const NO_LANGUAGE = new Set(['und', 'mul', 'zxx', 'mis', 'art']);

/**
 * Languages that X and the identifier call by the code of their group. The most common of a group,
 * such as `cmn`, is in Unicode's own list.
 */
const GROUPS: ReadonlyMap<string, Language> = new Map(
  Object.entries({
    no: ['nb', 'nn'],
    ar: ['acm', 'acq', 'aeb', 'afb', 'ajp', 'apc', 'apd', 'arq', 'ars', 'ary', 'arz', 'ayl'],
    zh: ['gan', 'hak', 'hsn', 'nan', 'wuu', 'yue'],
  }).flatMap(([group, languages]) => languages.map((language) => [language, group] as const)),
);

/**
 * The language of a BCP 47 tag, with today's code for a deprecated one (X sends `in` for `id`), and
 * the group's code for some that X does not tell apart (`no` for `nb`). Null for an invalid tag and for
 * one that names no language, such as X's `und` and `qme`.
 */
export function languageOf(tag: string | null | undefined): Language | null {
  if (!tag || tag.length > MAX_TAG_CHARACTERS) return null;
  const kept = keptLanguages.get(tag);
  if (kept !== undefined) return kept;
  const language = parsedLanguage(tag);
  if (keptLanguages.size >= MAX_KEPT_TAGS) keptLanguages.clear();
  keptLanguages.set(tag, language);
  return language;
}

function parsedLanguage(tag: string): Language | null {
  const language = primarySubtag(tag);
  // ISO 639 reserves qaa to qtz for private use.
  return NO_LANGUAGE.has(language) || /^q[a-t]./.test(language) || !isLanguage(language)
    ? null
    : language;
}

/** True for the form that languages have. */
export function isLanguage(text: string): boolean {
  return LANGUAGE.test(text);
}

/**
 * Compares the language of a text with the languages that the model reads. Rows and manifests of
 * earlier versions may name a language where this one names its group.
 */
export function findingOf(
  language: Language | null,
  modelLanguages: readonly string[],
): LanguageFinding {
  const isKnown = language !== null && !modelLanguages.includes(ANY_LANGUAGE);
  const today = languageOf(language);
  const isRead = (each: string) => languageOf(each) === today;
  return { language, languageSupported: isKnown ? modelLanguages.some(isRead) : null };
}

function primarySubtag(tag: string): string {
  try {
    const { language } = new Intl.Locale(tag);
    return GROUPS.get(language) ?? language;
  } catch {
    return '';
  }
}
