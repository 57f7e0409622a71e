import type { Label } from '../../service/domain/sentiment.ts';
import { CliError } from '../kit/errors.ts';
import { labelFault, parseLabel } from './parse-label.ts';
import { readText } from './read-text.ts';

/** Labeled texts. The arrays have the same length and order. */
export interface Dataset {
  readonly texts: readonly string[];
  readonly labels: readonly Label[];
  /** Line of the file of texts in which each text begins, from 1. */
  readonly lines: readonly number[];
}

/**
 * Reads a dataset of two files with one text and one label a line.
 *
 * @throws CliError naming the file and the line that is wrong
 */
export async function readLineAligned(textsPath: string, labelsPath: string): Promise<Dataset> {
  const texts = await readLines(textsPath);
  const labels = (await readLines(labelsPath)).map((line, index) => {
    const label = parseLabel(line);
    if (label) return label;
    throw new CliError(`${labelsPath}, line ${index + 1}: ${labelFault(line)}`);
  });
  if (texts.length !== labels.length) {
    throw new CliError(
      `${textsPath} has ${texts.length} lines and ${labelsPath} has ${labels.length}; each text ` +
        'needs one label, in the same line (texts with line breaks need --data)',
    );
  }
  if (texts.length === 0) throw new CliError(`${textsPath} is empty`);
  return { texts, labels, lines: texts.map((_, index) => index + 1) };
}

async function readLines(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
