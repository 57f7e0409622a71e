import { readFile } from 'node:fs/promises';
import { LABELS, type Label } from '../../service/domain/sentiment.ts';
import { CliError, reasonOf } from '../kit/errors.ts';

export interface Dataset {
  readonly texts: readonly string[];
  /** Same length and order as the texts. */
  readonly labels: readonly Label[];
}

/**
 * Reads a dataset of two files with one text and one label a line. A label is its name or
 * its number: 0 negative, 1 neutral, 2 positive.
 *
 * @throws CliError naming the file and the line that is wrong
 */
export async function readDataset(textsPath: string, labelsPath: string): Promise<Dataset> {
  const texts = await readLines(textsPath);
  const labels = (await readLines(labelsPath)).map((line, index) => {
    const label = LABELS.find((name, number) => line === name || line === String(number));
    if (label === undefined) {
      throw new CliError(
        `${labelsPath}, line ${index + 1}: a label must be 0, 1, 2, ${LABELS.join(', ')}, got '${line}'`,
      );
    }
    return label;
  });
  if (texts.length !== labels.length) {
    throw new CliError(
      `${textsPath} has ${texts.length} texts, ${labelsPath} has ${labels.length} labels`,
    );
  }
  if (texts.length === 0) throw new CliError(`${textsPath} is empty`);
  return { texts, labels };
}

async function readLines(path: string): Promise<string[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  });
  const lines = content.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
