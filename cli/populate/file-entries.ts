import type { Input } from '../kit/input.ts';
import { elementsOf } from '../kit/json-elements.ts';
import { type Line, linesOf } from '../kit/lines.ts';
import { tweetFault } from '../kit/tweet-fault.ts';
import { tweetObjects } from '../kit/tweet-objects.ts';
import { csvEntries } from './csv-entries.ts';
import type { FileEntry } from './file-entry.ts';

const HEAD_BYTES = 4_096;

/**
 * The tweets of a file: CSV, JSON Lines of tweets or pages, or a JSON array, as in the archive of an
 * account.
 *
 * @throws CliError when it cannot be read
 */
export async function* fileEntries(input: Input): AsyncGenerator<FileEntry> {
  if (/\.[ct]sv(\.gz)?$/i.test(input.name)) {
    yield* csvEntries(linesOf(input.bytes(0)), input.name);
    return;
  }
  const isArray = /^\ufeff?\s*(window\.|\[)/.test(await headOf(input));
  const entries = isArray ? elementsOf(input.bytes(0)) : linesOf(input.bytes(0));
  for await (const entry of entries) if (entry.text?.trim() !== '') yield entryOf(entry);
}

function entryOf({ number, text, fault }: Line): FileEntry {
  if (text === null) return { line: number, tweets: [], fault: fault ?? '' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line: number, tweets: [], fault: 'is not JSON' };
  }
  const objects = tweetObjects(value);
  if (objects) return { line: number, ...objects };
  return { line: number, tweets: [], fault: tweetFault(value) };
}

async function headOf(input: Input): Promise<string> {
  let head = '';
  for await (const chunk of input.bytes(0)) {
    head += chunk.toString();
    if (head.length >= HEAD_BYTES) break;
  }
  return head;
}
