import { ANY_LANGUAGE, languageOf } from '../../service/domain/language.ts';
import { isIdentifiable } from '../../service/inference/language/eld-language-identifier.ts';
import { UsageError } from '../kit/errors.ts';

type Languages = [string, ...string[]];

/** The languages of a model's card or manifest: those that it names by a code, else `*`. */
export function languagesOfCard(tags: readonly string[]): Languages {
  const [first, ...others] = new Set(tags.map(languageOf).filter((language) => language !== null));
  return first === undefined ? [ANY_LANGUAGE] : [first, ...others];
}

/** @throws UsageError */
export function parseLanguages(text: string): Languages {
  if (text === ANY_LANGUAGE) return [ANY_LANGUAGE];
  const languages = new Set(
    text.split(',').map((tag) => {
      const language = languageOf(tag.trim());
      if (language !== null) return language;
      throw new UsageError(
        `--languages must be language codes such as en,de, or * where they are unknown, got '${text}'`,
      );
    }),
  );
  return [...languages] as Languages;
}

/** A sentence, with a space before it, about languages that a text is never found to be in. */
export function unidentifiableNote(languages: readonly string[] = []): string {
  const names = languages.filter((each) => each !== ANY_LANGUAGE && !isIdentifiable(each));
  if (names.length === 0) return '';
  return (
    ` Texts in ${names.join(', ')} cannot be identified: without a language from X or their file, texts ` +
    'in the same script count as read by the model.'
  );
}
