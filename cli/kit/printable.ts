/**
 * Text for terminals. It repeats names and values of files, servers and callers, and a terminal obeys
 * an escape sequence in them: every text that a command shows passes here.
 */

/** Control characters, and those that reverse the direction of text. */
const OBEYED = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Escapes characters that a terminal obeys, but line feeds and tabs. */
export function printable(text: string): string {
  return text.replace(OBEYED, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  const digits = character.charCodeAt(0).toString(16);
  return digits.length > 2 ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`;
}

/** Prints a result on standard output, as lines. */
export function print(text: string): void {
  console.log(printable(text.replace(/\n$/, '')));
}

/** Prints a result as JSON, which escapes control characters itself. */
export function printJson(value: unknown): void {
  const json = JSON.stringify(value, null, 2);
  console.log(
    json.replace(OBEYED, (character) =>
      character === '\n'
        ? character
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

/** Prints a message on standard error. */
export function warn(message: string): void {
  console.error(printable(message));
}

/** Prints a message where progress is shown. */
export function say(output: { write(text: string): unknown }, message: string): void {
  output.write(`${printable(message)}\n`);
}
