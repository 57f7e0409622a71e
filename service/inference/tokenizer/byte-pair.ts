import { LRUCache } from 'lru-cache';
import { StartupError } from '../../domain/errors.ts';
import { BYTE_LETTERS } from './byte-level.ts';
import { MinHeap } from './min-heap.ts';

export interface BytePairConfig {
  readonly vocab: Readonly<Record<string, number>>;
  /** By rank: "a b", or ["a", "b"] as tokenizers writes since 0.20. */
  readonly merges: readonly (string | readonly [string, string])[];
}

/** Characters of words and their tokens that are remembered. */
const CACHE_CHARACTERS = 1_000_000;
/** Longer words are rare, and cost more than a step may take. */
const SHORT_WORD_CHARACTERS = 64;
/** Bytes or merges of a long word in one step: about 0.2 ms. */
const STEP = 1_000;

const BYTES = 256;
const ENCODER = new TextEncoder();

/**
 * Byte-pair encoding of words, equal to Hugging Face's tokenizers: of all neighbors that can be
 * merged, those of the lowest rank are, from left to right. The library's code needs up to 100 ms for a
 * hostile word, without a pause.
 */
export class BytePair {
  /** -1 for a byte that the vocabulary lacks. */
  readonly #idOfByte = new Int32Array(BYTES);
  /** Rank of a pair of ids, as one number. */
  readonly #ranks = new Map<number, number>();
  readonly #mergedIds: Int32Array;
  readonly #vocabularySize: number;
  /** 1 for two bytes that some merge joins: between others, a word can be cut. */
  readonly #joined = new Uint8Array(BYTES * BYTES);
  readonly #known = new LRUCache<string, readonly number[]>({
    maxSize: CACHE_CHARACTERS,
    sizeCalculation: (_ids, word) => 2 * word.length + 1,
  });

  /** @throws StartupError when a merge has a token that the vocabulary lacks */
  constructor({ vocab, merges }: BytePairConfig) {
    const ids = new Map(Object.entries(vocab));
    let highest = 0;
    for (const id of ids.values()) highest = Math.max(highest, id);
    this.#vocabularySize = highest + 1;
    BYTE_LETTERS.forEach((letter, byte) => {
      this.#idOfByte[byte] = ids.get(letter) ?? -1;
    });
    this.#mergedIds = new Int32Array(merges.length);
    const byteOf = new Map(BYTE_LETTERS.map((letter, byte) => [letter, byte]));
    for (const [rank, merge] of merges.entries()) {
      const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : merge;
      const [leftId, rightId, mergedId] = [left, right, left + right].map((token) =>
        ids.get(token),
      );
      if (leftId === undefined || rightId === undefined || mergedId === undefined) {
        throw new StartupError(
          `The tokenizer's merge ${rank + 1}, "${left}" with "${right}", has a token that the vocabulary lacks`,
        );
      }
      const pair = this.#pair(leftId, rightId);
      // The reference keeps the last of equal pairs.
      this.#ranks.set(pair, rank);
      this.#mergedIds[rank] = mergedId;
      const before = byteOf.get(left.at(-1) ?? '');
      const after = byteOf.get(right[0] ?? '');
      if (before !== undefined && after !== undefined) this.#joined[before * BYTES + after] = 1;
    }
  }

  /** Ids of words, in parts: between two, the caller may do other work. */
  *encode(words: readonly string[]): Generator<readonly number[]> {
    let ids: number[] = [];
    for (const word of words) {
      if (word.length <= SHORT_WORD_CHARACTERS) {
        for (const id of this.#shortWord(word)) ids.push(id);
        continue;
      }
      yield ids;
      ids = [];
      yield* this.#longWord(word);
    }
    yield ids;
  }

  #shortWord(word: string): readonly number[] {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const ids = [...this.#longWord(word)].flat();
    this.#known.set(word, ids);
    return ids;
  }

  *#longWord(word: string): Generator<readonly number[]> {
    const bytes = ENCODER.encode(word);
    let ids: number[] = [];
    let stepped = 0;
    for (let start = 0; start < bytes.length; ) {
      const end = this.#endOfPart(bytes, start);
      for (const part of this.#merge(bytes.subarray(start, end))) {
        if (part === null) yield [];
        else for (const id of part) ids.push(id);
      }
      if (end - stepped >= STEP || end === bytes.length) {
        yield ids;
        ids = [];
        stepped = end;
      }
      start = end;
    }
  }

  #endOfPart(bytes: Uint8Array, start: number): number {
    let end = start + 1;
    while (end < bytes.length) {
      if (this.#joined[(bytes[end - 1] ?? 0) * BYTES + (bytes[end] ?? 0)] === 0) break;
      end++;
    }
    return end;
  }

  /** Gives null after each step, and the ids last. */
  *#merge(bytes: Uint8Array): Generator<readonly number[] | null> {
    const { length } = bytes;
    const ids = new Int32Array(length);
    /** Index of the symbol that follows; a merge removes the right one. */
    const next = new Int32Array(length);
    const previous = new Int32Array(length);
    const queue = new MinHeap();
    const offer = (left: number, right: number) => {
      const rank = this.#ranks.get(this.#pair(ids[left] ?? -1, ids[right] ?? -1));
      // Rank and place as one number.
      if (rank !== undefined) queue.push(rank * length + left);
    };
    for (let at = 0; at < length; at++) {
      ids[at] = this.#idOf(bytes[at] ?? 0);
      next[at] = at + 1;
      previous[at] = at - 1;
      if (at > 0) offer(at - 1, at);
      if (at % STEP === STEP - 1) yield null;
    }
    for (let merges = 1; ; merges++) {
      const first = queue.pop();
      if (first === undefined) break;
      if (merges % STEP === 0) yield null;
      const rank = Math.floor(first / length);
      const left = first - rank * length;
      const right = next[left] ?? length;
      const isRemoved = ids[left] === -1;
      if (isRemoved || right >= length) continue;
      if (this.#ranks.get(this.#pair(ids[left] ?? -1, ids[right] ?? -1)) !== rank) continue;
      ids[left] = this.#mergedIds[rank] ?? -1;
      ids[right] = -1;
      const after = next[right] ?? length;
      next[left] = after;
      if (after < length) {
        previous[after] = left;
        offer(left, after);
      }
      const before = previous[left] ?? -1;
      if (before >= 0) offer(before, left);
    }
    const merged: number[] = [];
    for (const id of ids) if (id !== -1) merged.push(id);
    yield merged;
  }

  #idOf(byte: number): number {
    const id = this.#idOfByte[byte] ?? -1;
    if (id === -1) throw new Error(`The tokenizer's vocabulary lacks the byte ${byte}`);
    return id;
  }

  #pair(left: number, right: number): number {
    return left * this.#vocabularySize + right;
  }
}
