/**
 * GPT-2's split of a text into words. Spaces are Unicode's White_Space, as in Hugging Face's
 * tokenizers: JavaScript's `\s` has U+FEFF beyond it and lacks U+0085.
 */
const WORDS =
  /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const ENCODER = new TextEncoder();
const LETTERS = byteLetters();

/**
 * Splits a text into words, each spelled with one letter a byte of its UTF-8.
 *
 * @param addsPrefixSpace puts a space before a text that does not begin with one
 */
export function byteLevelWords(text: string, addsPrefixSpace: boolean): string[] {
  const prefixed = addsPrefixSpace && !text.startsWith(' ') ? ` ${text}` : text;
  return (prefixed.match(WORDS) ?? []).map(spell);
}

function spell(word: string): string {
  let spelled = '';
  for (const byte of ENCODER.encode(word)) spelled += LETTERS[byte];
  return spelled;
}

/** Printable bytes stand for themselves, the others for the letters from U+0100 on. */
function byteLetters(): readonly string[] {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : next++),
  );
}
