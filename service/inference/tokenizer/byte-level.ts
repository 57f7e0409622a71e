/**
 * GPT-2's split of a text into words. Spaces are Unicode's White_Space, as in Hugging Face's
 * tokenizers: JavaScript's `\s` also matches U+FEFF, and does not match U+0085.
 */
const WORDS =
  /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * Splits a text into words.
 *
 * @param addsPrefixSpace puts a space before a text that does not begin with one
 */
export function byteLevelWords(text: string, addsPrefixSpace: boolean): readonly string[] {
  const prefixed = addsPrefixSpace && !text.startsWith(' ') ? ` ${text}` : text;
  return prefixed.match(WORDS) ?? [];
}

/**
 * The letter that vocabularies write for each byte: printable bytes stand for themselves, the
 * others for the letters from U+0100 on.
 */
export const BYTE_LETTERS: readonly string[] = byteLetters();

function byteLetters(): string[] {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : next++),
  );
}
