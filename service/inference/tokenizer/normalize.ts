import {
  inRunningOrder,
  PREPROCESSING_STEPS,
  type PreprocessingStep,
} from '../../contract/preprocessing.ts';
import { unescapeHtml } from './unescape-html.ts';

// Raise PREPROCESSING_VERSION of the contract with every change of what a step returns.
const STEPS: Readonly<Record<PreprocessingStep, Normalizer>> = {
  'unescape-html': unescapeHtml,
  'mask-users-and-links': maskUsersAndLinks,
  'nfd-drop-marks': stripMarks,
};

/** Preprocesses a text before it is tokenized. */
export type Normalizer = (text: string) => string;

/**
 * Composes the preprocessing of a model. The steps run in the order of PREPROCESSING_STEPS.
 *
 * @param steps of the model's bundle; absent: all steps
 */
export function createNormalizer(
  steps: readonly PreprocessingStep[] = PREPROCESSING_STEPS,
): Normalizer {
  const [first = unchanged, ...others] = inRunningOrder(steps).map((step) => STEPS[step]);
  return others.reduce((before, step) => (text) => step(before(text)), first);
}

function unchanged(text: string): string {
  return text;
}

/** Masks user names and links as in the training data. */
function maskUsersAndLinks(text: string): string {
  return text.split(' ').map(maskWord).join(' ');
}

function maskWord(word: string): string {
  if (word.startsWith('@') && word.length > 1) return '@user';
  return word.startsWith('http') ? 'http' : word;
}

/** A longer run of combining marks than any script writes. */
const ABSURD_RUN = /(?<!\p{M})\p{M}{128}/u;
const PIECES = /\p{M}{1,128}|\P{M}+/gu;

/**
 * Decomposes the text (Unicode NFD) and drops every nonspacing mark (category Mn), so that
 * "café" becomes "cafe".
 *
 * NFD orders a run of marks by insertion sort: 25,000 marks would take 270 ms. A text with an
 * absurd run is decomposed in pieces, which differs from NFD only in the order of spacing marks
 * within that run.
 */
export function stripMarks(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  const decomposed = ABSURD_RUN.test(text)
    ? text.replace(PIECES, (piece) => piece.normalize('NFD'))
    : text.normalize('NFD');
  return decomposed.replace(/\p{Mn}+/gu, '');
}
