import { stripMarks } from './strip-marks.ts';
import { unescapeHtml } from './unescape-html.ts';

/** Changes with every change of what `normalize` returns: stored rows carry it. */
export const PREPROCESSING_VERSION = 1;

/**
 * Preprocessing, version 1: unescapes HTML, masks user names and links as the training data
 * does, decomposes and drops nonspacing marks.
 */
export function normalize(text: string): string {
  const masked = unescapeHtml(text).split(' ').map(maskWord).join(' ');
  return stripMarks(masked);
}

function maskWord(word: string): string {
  if (word.startsWith('@') && word.length > 1) return '@user';
  return word.startsWith('http') ? 'http' : word;
}
