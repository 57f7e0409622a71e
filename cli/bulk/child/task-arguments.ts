import { parseArgs } from 'node:util';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { parseLocation, parseRange, type S3Location } from '../contract.ts';
import type { ItemTask } from './score-item.ts';

const USAGE =
  'usage: score-object --input s3://bucket/key [--range START-END] --output s3://bucket/prefix/ ' +
  '--reports s3://bucket/prefix/ [--text-column NAME] [--id-column NAME]';

const text = { type: 'string' } as const;
const OPTIONS = {
  input: text,
  range: text,
  output: text,
  reports: text,
  'text-column': text,
  'id-column': text,
} as const;

/** Reads the arguments of a task; an empty one counts as absent. @throws CliError */
export function taskArguments(words: readonly string[]): ItemTask {
  const values = valuesOf(words);
  const input = values.input || '';
  const { range, 'text-column': textColumn, 'id-column': idColumn } = values;
  if (!parseLocation(input)?.key) throw invalid('input', input, 's3://bucket/key');
  if (range && !parseRange(range)) {
    throw invalid('range', range, 'START-END, the first and the last byte, exclusive');
  }
  return {
    input,
    ...(range && { range }),
    output: prefixOf('output', values.output),
    reports: prefixOf('reports', values.reports),
    ...(textColumn && { textColumn }),
    ...(idColumn && { idColumn }),
  };
}

function valuesOf(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, strict: true }).values;
  } catch (cause) {
    throw new CliError(`${reasonOf(cause)}\n${USAGE}`, { cause });
  }
}

function prefixOf(name: string, url = ''): S3Location {
  const location = parseLocation(url);
  if (!location) throw invalid(name, url, 's3://bucket/prefix/');
  return location;
}

function invalid(name: string, value: string, form: string): CliError {
  return new CliError(`--${name} must be ${form}, got '${value}'\n${USAGE}`);
}
