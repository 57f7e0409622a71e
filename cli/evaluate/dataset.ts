import type { Label } from '../../service/domain/sentiment.ts';
import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';
import { Input } from '../kit/input.ts';
import { strictLines } from '../kit/strict-lines.ts';
import { labelFault, parseLabel } from './parse-label.ts';

/** Most bytes of a file, about a million tweets: they are held in memory. */
export const MAX_BYTES = 256 * 1024 * 1024;

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
      `${textsPath} has ${counted(texts.length, 'line')} and ${labelsPath} has ${labels.length}; each text ` +
        'needs one label, in the same line (texts with line breaks need --data)',
    );
  }
  if (texts.length === 0) throw new CliError(`${textsPath} is empty`);
  return { texts, labels, lines: texts.map((_, index) => index + 1) };
}

async function readLines(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text, end } of strictLines(await Input.open(path))) {
    expectAtMost(MAX_BYTES, end, path);
    lines.push(text);
  }
  return lines;
}

/** @throws CliError when a file has too many bytes */
export function expectAtMost(maxBytes: number, bytes: number, path: string): void {
  if (bytes <= maxBytes) return;
  throw new CliError(`${path} has more than ${maxBytes} bytes; evaluate a sample of it`);
}
