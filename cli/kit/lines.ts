/** Longest line that is read; a page of 100 tweets has about 2 MB. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

const LINE_FEED = 0x0a;

const NOT_UTF8 = 'is not UTF-8';

/** A line of a file: its text, or the reason why it has none. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string | null;
  readonly fault?: string;
  /** Offset of the line, in bytes. */
  readonly start: number;
  /** Offset of the next line, in bytes. */
  readonly end: number;
}

/** The fault of a line that ends a command, with what to do about it. */
export function withRemedy(fault: string | undefined): string {
  return fault === NOT_UTF8 ? `${fault}; save the file as UTF-8` : `${fault}`;
}

/**
 * The fault of a first line that holds further ones, as in a file whose lines end with carriage returns
 * only; undefined if there is none.
 */
export function carriageReturnFault(firstLine: string): string | undefined {
  if (!/\r[^\r\n]/.test(firstLine)) return undefined;
  return 'has a carriage return without a line feed; save the file with line ends LF or CRLF';
}

/** Start of a line. */
export interface LineStart {
  readonly bytes: number;
  /** Lines before it. */
  readonly lines: number;
}

const FILE_START: LineStart = { bytes: 0, lines: 0 };

/**
 * The lines of UTF-8 bytes, in bounded memory. They end at a line feed only: U+2028 and U+2029 are
 * valid inside of JSON strings, and Node's readline would split there. A byte order mark at the
 * start of the file is left out.
 *
 * @param from where the bytes start in their file
 * @throws Error when the bytes cannot be read
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  from: LineStart = FILE_START,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = from.lines + 1;
  let start = from.bytes;
  let end = start;
  let parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer) => {
    bytes += part.length;
    end += part.length;
    // Bytes past the limit are counted, not kept.
    if (bytes > MAX_LINE_BYTES) parts = [];
    else parts.push(part);
  };
  const line = (): Line => {
    if (bytes > MAX_LINE_BYTES) {
      return { number, start, end, text: null, fault: `is longer than ${MAX_LINE_BYTES} bytes` };
    }
    try {
      const text = decoder.decode(Buffer.concat(parts));
      return { number, start, end, text: start === 0 ? text.replace(/^\ufeff/, '') : text };
    } catch {
      return { number, start, end, text: null, fault: NOT_UTF8 };
    }
  };
  for await (const chunk of chunks) {
    let at = 0;
    for (;;) {
      const feed = chunk.indexOf(LINE_FEED, at);
      if (feed < 0) break;
      keep(chunk.subarray(at, feed));
      end++;
      yield line();
      [number, start, parts, bytes, at] = [number + 1, end, [], 0, feed + 1];
    }
    keep(chunk.subarray(at));
  }
  if (bytes > 0) yield line();
}
