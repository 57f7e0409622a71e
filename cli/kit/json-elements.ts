import type { Line } from './lines.ts';

/** Longest element that is read. */
const MAX_ELEMENT_BYTES = 8 * 1024 * 1024;

const [LINE_FEED, QUOTE, BACKSLASH] = [0x0a, 0x22, 0x5c];
const OPENING = new Set(Buffer.from('[{'));
const CLOSING = new Set(Buffer.from(']}'));

/**
 * The elements of a JSON array, each with the line in which it begins, in bounded memory. Text before
 * the array is ignored, such as `window.YTD.tweets.part0 = ` in archives of accounts. Only objects
 * and arrays count as elements.
 */
export async function* elementsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let lines = 1;
  let offset = 0;
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  let begin = 0;
  const keep = (part: Buffer) => {
    bytes += part.length;
    if (bytes > MAX_ELEMENT_BYTES) parts = [];
    else parts.push(part);
  };
  const element = (end: number): Line => {
    if (bytes <= MAX_ELEMENT_BYTES) {
      return { number, start: begin, end, text: Buffer.concat(parts).toString() };
    }
    return {
      number,
      start: begin,
      end,
      text: null,
      fault: `is longer than ${MAX_ELEMENT_BYTES} bytes`,
    };
  };
  for await (const chunk of chunks) {
    let start = depth > 1 ? 0 : chunk.length;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LINE_FEED) lines++;
      if (isEscaped) isEscaped = false;
      else if (isString) {
        if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isString = false;
      } else if (byte === QUOTE) isString = depth > 0;
      else if (OPENING.has(byte)) {
        depth++;
        if (depth === 2) [start, number, begin] = [at, lines, offset + at];
      } else if (CLOSING.has(byte)) {
        depth--;
        if (depth !== 1) continue;
        keep(chunk.subarray(start, at + 1));
        yield element(offset + at + 1);
        [parts, bytes, start] = [[], 0, chunk.length];
      }
    }
    keep(chunk.subarray(start));
    offset += chunk.length;
  }
  // The file ends within an element.
  if (bytes > 0) yield element(offset);
}
