import { StartupError } from '../../domain/errors.ts';
import { UnsupportedTokenizerError } from './tokenizer-definition.ts';

/** Graphemes of this many bytes or more are looked up character by character, as in the reference. */
const GRAPHEME_BYTES_MAX = 6;

/** Characters in one step: less than 1 ms. */
const STEP = 500;

/** Runs that a rule may touch: all but printable ASCII, with one such neighbor on each side. */
const RUNS = /[\x20-\x7e]?(?:[^\x20-\x7e]+[\x20-\x7e]?)+/gu;

/**
 * SentencePiece's precompiled character map, as Hugging Face's tokenizers apply it: a
 * double-array trie (Darts) from UTF-8 sequences to replacements.
 * Source: https://docs.rs/spm_precompiled
 */
export class PrecompiledNormalizer {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;
  readonly #segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #known = new Map<string, string | null>();

  /**
   * @param base64 size of the trie in bytes (32-bit little-endian), the trie, then replacements
   *   that end in a zero byte
   * @throws StartupError when the map is cut short
   * @throws UnsupportedTokenizerError when it rewrites printable ASCII
   */
  constructor(base64: string) {
    const bytes = Buffer.from(base64, 'base64');
    const trieBytes = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
    if (trieBytes === 0 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) {
      throw new StartupError(
        `The tokenizer's precompiled_charsmap is damaged: ${bytes.length} bytes, of which the trie claims ${trieBytes}`,
      );
    }
    this.#units = new Uint32Array(trieBytes / 4);
    for (let unit = 0; unit < this.#units.length; unit++) {
      this.#units[unit] = bytes.readUInt32LE(4 + 4 * unit);
    }
    this.#replacements = bytes.subarray(4 + trieBytes);
    for (let code = 0x20; code <= 0x7e; code++) {
      const character = String.fromCharCode(code);
      if ((this.#lookUp(character) ?? character) !== character) {
        throw new UnsupportedTokenizerError(
          `The tokenizer's precompiled_charsmap rewrites "${character}", which is not supported`,
        );
      }
    }
  }

  /** The normalized text, in parts: between two, the caller may do other work. */
  *normalize(text: string): Generator<string> {
    let normalized = '';
    let end = 0;
    let steppedAt = 0;
    for (const { 0: run, index } of text.matchAll(RUNS)) {
      normalized += text.slice(end, index);
      end = index + run.length;
      for (const { segment, index: at } of this.#segmenter.segment(run)) {
        normalized += this.#replacementOf(segment) ?? this.#byCharacter(segment);
        if (index + at - steppedAt < STEP) continue;
        yield normalized;
        normalized = '';
        steppedAt = index + at;
      }
    }
    yield normalized + text.slice(end);
  }

  #byCharacter(grapheme: string): string {
    let normalized = '';
    for (const character of grapheme) normalized += this.#replacementOf(character) ?? character;
    return normalized;
  }

  /** Remembers answers of one UTF-16 unit: at most 65,536. */
  #replacementOf(sequence: string): string | null {
    if (sequence.length > 1) return this.#lookUp(sequence);
    let found = this.#known.get(sequence);
    if (found === undefined) {
      found = this.#lookUp(sequence);
      this.#known.set(sequence, found);
    }
    return found;
  }

  /** The replacement for the shortest prefix that has one stands for the whole sequence. */
  #lookUp(sequence: string): string | null {
    const key = this.#encoder.encode(sequence);
    if (key.length >= GRAPHEME_BYTES_MAX) return null;
    let node = this.#offset(this.#unit(0));
    for (const byte of key) {
      if (byte === 0) return null;
      node ^= byte;
      const unit = this.#unit(node);
      if ((unit & 0x8000_00ff) >>> 0 !== byte) return null;
      node ^= this.#offset(unit);
      if (((unit >>> 8) & 1) === 1) return this.#text(this.#unit(node) & 0x7fff_ffff);
    }
    return null;
  }

  #unit(index: number): number {
    return this.#units[index] ?? 0;
  }

  #offset(unit: number): number {
    return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  }

  #text(start: number): string {
    const end = this.#replacements.indexOf(0, start);
    return this.#decoder.decode(this.#replacements.subarray(start, end === -1 ? undefined : end));
  }
}
