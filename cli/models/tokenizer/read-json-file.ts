import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { SourceError } from '../source.ts';

/**
 * Reads a JSON file of a model's folder.
 *
 * @returns undefined where there is no such file
 * @throws SourceError when it is not JSON, or of another form
 */
export async function readJsonFile<Schema extends TSchema>(
  schema: Schema,
  folder: string,
  name: string,
): Promise<Static<Schema> | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const json = parse(text, name);
  if (Value.Check(schema, json)) return json;
  const faults = Value.Errors(schema, json).map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message}`,
  );
  throw new SourceError(`${name} does not have the expected form: ${faults.join('; ')}`, {
    retryable: false,
  });
}

function parse(text: string, name: string): unknown {
  try {
    // A byte order mark is not part of the document.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new SourceError(`${name} is not JSON: ${(cause as Error).message}`, {
      retryable: false,
      cause,
    });
  }
}
