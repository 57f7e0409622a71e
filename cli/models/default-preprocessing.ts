import type { PreprocessingStep } from '../../service/contract/preprocessing.ts';

/** Repositories of Cardiff NLP, whose model cards mask user names and links. */
const CARDIFF_NLP = /^cardiffnlp\//i;

/**
 * Preprocessing steps of a model when the user names none: those of its family of model cards.
 *
 * @param repository owner and name on the Hugging Face hub
 */
export function defaultPreprocessing(repository: string): PreprocessingStep[] {
  return CARDIFF_NLP.test(repository) ? ['unescape-html', 'mask-users-and-links'] : [];
}
