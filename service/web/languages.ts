/** Wording of languages on the page; nothing here touches the document. */
import { count } from './format.ts';

const ANY_LANGUAGE = '*';
const names = new Intl.DisplayNames('en', { type: 'language' });
const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** The English name of a language code, or the code itself if it has none. */
export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** `English and German`; null if the languages of the model are unknown. */
export function languageNames(codes: readonly string[]): string | null {
  return codes.includes(ANY_LANGUAGE) ? null : list.format(codes.map(languageName));
}

/** The sentence below figures of topics, among which a tweet may be several times. */
export const UNCOUNTED_OTHERS_NOTE =
  'Tweets in other languages, which the model does not read, are not included.';

/** The sentence below figures that leave out tweets in other languages; null if there are none. */
export function othersNote(tweets: number): string | null {
  if (tweets === 0) return null;
  const [are, included] = tweets === 1 ? ['tweet is', 'it is'] : ['tweets are', 'they are'];
  return `${count(tweets)} ${are} in other languages, which the model does not read: ${included} not included.`;
}
