import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { CliError, reasonOf } from '../kit/errors.ts';

/** About a million tweets. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a text file in UTF-8, or in UTF-16 with a byte order mark as spreadsheets write it. The
 * mark is not part of the text.
 *
 * @throws CliError naming the file, and the line that is not UTF-8
 */
export async function readText(path: string, maxBytes = MAX_BYTES): Promise<string> {
  const bytes = await readBytes(path, maxBytes);
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  if (text.includes('\0')) {
    throw new CliError(
      `${path}, line ${lineOf(text, text.indexOf('\0'))} has a NUL character; save the file as UTF-8`,
    );
  }
  if (encodingOf(bytes) === 'utf-8' && !isUtf8(bytes)) {
    const line = firstLineThatIsNotUtf8(bytes);
    throw new CliError(`${path}, line ${line} is not UTF-8; save the file as UTF-8`);
  }
  return text;
}

async function readBytes(path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
  } catch (cause) {
    throw new CliError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  if (length > maxBytes) {
    throw new CliError(`${path} has more than ${maxBytes} bytes; evaluate a sample of it`);
  }
  return Buffer.concat(chunks, length);
}

function encodingOf([first, second]: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

function firstLineThatIsNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let at = 0; ; line++) {
    const end = bytes.indexOf('\n', at);
    if (end < 0 || !isUtf8(bytes.subarray(at, end))) return line;
    at = end + 1;
  }
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
