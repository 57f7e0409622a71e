import { CliError } from './errors.ts';
import type { Input } from './input.ts';
import { type Line, linesOf, withRemedy } from './lines.ts';

const [LINE_FEED, RETURN] = [0x0a, 0x0d];

/**
 * Lines of a text file, every one of which must be readable. They may end as on any system.
 *
 * @throws CliError naming the file and the line
 */
export async function* strictLines(
  input: Pick<Input, 'name' | 'bytes'>,
): AsyncGenerator<Line & { readonly text: string }> {
  for await (const line of linesOf(withLineFeeds(input.bytes(0)))) {
    const { number, text } = line;
    const place = `${input.name}, line ${number}`;
    if (text === null) {
      throw new CliError(`${place} ${withRemedy(line.fault)}`);
    }
    if (text.includes('\0')) {
      throw new CliError(`${place} has a NUL character; save the file as UTF-8`);
    }
    yield { ...line, text };
  }
}

/** The same bytes with `\n` in place of `\r\n` and `\r`. */
async function* withLineFeeds(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let endsInReturn = false;
  for await (const chunk of chunks) {
    const bytes = endsInReturn && chunk[0] === LINE_FEED ? chunk.subarray(1) : chunk;
    if (chunk.length > 0) endsInReturn = chunk.at(-1) === RETURN;
    yield bytes.includes(RETURN)
      ? Buffer.from(bytes.toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')
      : bytes;
  }
}
