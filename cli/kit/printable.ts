/**
 * Escapes control characters but line feeds and tabs. Messages repeat names and values of files,
 * and a terminal obeys an escape sequence in them.
 */
export function printable(message: string): string {
  return message.replace(
    /[^\P{Cc}\n\t]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
