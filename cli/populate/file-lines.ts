import { createReadStream } from 'node:fs';

/** Longest line that is read; the longest tweet has about 1 MB. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** A line of a file: its text, or the reason why it has none. */
export interface FileLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string | null;
  readonly fault?: string;
}

/**
 * The lines of a UTF-8 file. They end at a line feed only: U+2028 and U+2029 are valid inside of
 * JSON strings, and Node's readline would split there. A byte order mark is left out.
 *
 * @throws Error when the file cannot be read
 */
export async function* linesOf(path: string): AsyncGenerator<FileLine> {
  let number = 1;
  let parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer) => {
    bytes += part.length;
    // What is too long is counted, not kept.
    if (bytes > MAX_LINE_BYTES) parts = [];
    else parts.push(part);
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end < 0) break;
      keep(chunk.subarray(start, end));
      yield lineOf(number, parts, bytes);
      [number, parts, bytes, start] = [number + 1, [], 0, end + 1];
    }
    keep(chunk.subarray(start));
  }
  if (bytes > 0) yield lineOf(number, parts, bytes);
}

function lineOf(number: number, parts: readonly Buffer[], bytes: number): FileLine {
  if (bytes > MAX_LINE_BYTES) {
    return { number, text: null, fault: `is longer than ${MAX_LINE_BYTES} bytes` };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
    return { number, text };
  } catch {
    return { number, text: null, fault: 'is not UTF-8' };
  }
}
