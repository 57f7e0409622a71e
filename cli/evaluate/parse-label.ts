import { LABELS, type Label } from '../../service/domain/sentiment.ts';

/** Longest part of a wrong label that a message repeats. */
const SHOWN_CHARACTERS = 40;

/**
 * Reads a label: its name in upper or lower case, or its number in TweetEval's order, 0 negative,
 * 1 neutral and 2 positive. A number may be written `LABEL_1`, as models without label names
 * give it, or `1.0`, as pandas writes integers of a column with gaps.
 */
export function parseLabel(given: string): Label | undefined {
  const name = given.trim().toLowerCase();
  const number = /^(?:label_)?([012])(?:\.0)?$/.exec(name)?.[1];
  return LABELS.find((label, index) => label === name || String(index) === number);
}

/** Says that a label is wrong, or missing. */
export function labelFault(given: string): string {
  const expected = 'a label must be negative, neutral or positive, or 0, 1 or 2 in that order';
  if (given.trim() === '') return `the label is missing; ${expected}`;
  return `${expected}, got '${given.trim().slice(0, SHOWN_CHARACTERS)}'`;
}
