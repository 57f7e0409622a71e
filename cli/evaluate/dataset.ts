import { readFile } from 'node:fs/promises';
import { LABELS, type Label } from '../../service/domain/sentiment.ts';

export interface Dataset {
  readonly texts: readonly string[];
  /** Same length and order as the texts. */
  readonly labels: readonly Label[];
}

/**
 * Reads a dataset of two files with one text and one label a line. A label is its name or
 * its number: 0 negative, 1 neutral, 2 positive.
 *
 * @throws Error naming the file and the line that is wrong
 */
export async function readDataset(textsPath: string, labelsPath: string): Promise<Dataset> {
  const texts = await readLines(textsPath);
  const labels = (await readLines(labelsPath)).map((line, index) => {
    const label = LABELS.find((name, number) => line === name || line === String(number));
    if (label === undefined) {
      throw new Error(
        `${labelsPath}, line ${index + 1}: "${line}" is no label; use 0, 1, 2 or ${LABELS.join(', ')}`,
      );
    }
    return label;
  });
  if (texts.length !== labels.length) {
    throw new Error(
      `${textsPath} has ${texts.length} texts, ${labelsPath} has ${labels.length} labels`,
    );
  }
  if (texts.length === 0) throw new Error(`${textsPath} is empty`);
  return { texts, labels };
}

async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
