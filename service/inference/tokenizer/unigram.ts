import { StartupError } from '../../domain/errors.ts';

export interface UnigramConfig {
  /** Piece and log probability, by id. */
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  readonly unk_id: number;
}

/** Penalty of an unknown character, below the least likely piece. Source: SentencePiece. */
const UNKNOWN_PENALTY = 10;

/** Characters of a long word in one step: less than 1 ms. */
const STEP = 250;

/**
 * SentencePiece's unigram model: the most likely split of a word into pieces (Viterbi). Among
 * equally likely splits the one found first stays, and neighboring unknown characters are one
 * token, as in Hugging Face's tokenizers.
 */
export class Unigram {
  readonly unknownId: number;
  /** Pieces in UTF-16 order, so that pieces with a common prefix are neighbors. */
  readonly #pieces: readonly string[];
  readonly #ids: Int32Array;
  readonly #scores: Float64Array;
  readonly #idOf: ReadonlyMap<string, number>;
  /** First and last index of the pieces that begin with a UTF-16 unit. */
  readonly #ranges = new Map<number, readonly [first: number, last: number]>();
  readonly #unknownScore: number;

  /** @param excluded pieces that a text never spells: the special tokens */
  constructor({ vocab, unk_id }: UnigramConfig, excluded: ReadonlySet<string>) {
    if (vocab[unk_id] === undefined) {
      throw new StartupError(
        `The tokenizer's unk_id is ${unk_id}, but the vocabulary has ${vocab.length} pieces`,
      );
    }
    this.unknownId = unk_id;
    this.#unknownScore =
      vocab.reduce((least, [, score]) => Math.min(least, score), 0) - UNKNOWN_PENALTY;
    const idOf = new Map<string, number>();
    for (const [id, [piece]] of vocab.entries()) {
      if (piece !== '' && !excluded.has(piece)) idOf.set(piece, id);
    }
    this.#idOf = idOf;
    this.#pieces = [...idOf.keys()].sort(byUtf16);
    this.#ids = Int32Array.from(this.#pieces, (piece) => idOf.get(piece) ?? unk_id);
    this.#scores = Float64Array.from(this.#ids, (id) => vocab[id]?.[1] ?? 0);
    for (const [index, piece] of this.#pieces.entries()) {
      const first = piece.charCodeAt(0);
      this.#ranges.set(first, [this.#ranges.get(first)?.[0] ?? index, index]);
    }
  }

  /** Ids of a word in the last part; between two parts, the caller may do other work. */
  *encode(word: string): Generator<readonly number[]> {
    const starts = new Int32Array(word.length + 1).fill(-1);
    const nodes = new Int32Array(word.length + 1);
    yield* this.#findBestPaths(word, starts, nodes);
    const path: number[] = [];
    let unknownEnd = -1;
    for (let end = word.length; end > 0; ) {
      const start = starts[end] ?? 0;
      const id = nodes[end] ?? this.unknownId;
      if (id !== this.unknownId) path.push(id);
      else {
        if (unknownEnd === -1) unknownEnd = end;
        const goesOn = start > 0 && nodes[start] === this.unknownId;
        if (!goesOn) {
          path.push(this.#idOf.get(word.slice(start, unknownEnd)) ?? this.unknownId);
          unknownEnd = -1;
        }
      }
      end = start;
    }
    yield path.reverse();
  }

  /**
   * Finds for each end of a prefix where its last piece begins, and the id of that piece.
   *
   * @returns nothing, in steps
   */
  *#findBestPaths(
    word: string,
    starts: Int32Array,
    nodes: Int32Array,
  ): Generator<readonly number[]> {
    const length = word.length;
    const best = new Float64Array(length + 1);
    const reach = (start: number, end: number, id: number, score: number) => {
      const total = (best[start] ?? 0) + score;
      if (starts[end] !== -1 && total <= (best[end] ?? 0)) return;
      starts[end] = start;
      nodes[end] = id;
      best[end] = total;
    };
    for (let start = 0; start < length; ) {
      const characterEnd = start + ((word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let spellsCharacter = false;
      let range = this.#ranges.get(word.charCodeAt(start));
      for (let depth = 1; range !== undefined; depth++) {
        const [first, last] = range;
        // In UTF-16 order the piece that ends here comes before those that go on.
        if (this.#pieces[first]?.length === depth) {
          const end = start + depth;
          reach(start, end, this.#ids[first] ?? this.unknownId, this.#scores[first] ?? 0);
          if (end === characterEnd) spellsCharacter = true;
        }
        if (start + depth >= length) break;
        range = this.#narrow(first, last, depth, word.charCodeAt(start + depth));
      }
      if (!spellsCharacter) reach(start, characterEnd, this.unknownId, this.#unknownScore);
      if (Math.floor(start / STEP) !== Math.floor(characterEnd / STEP)) yield [];
      start = characterEnd;
    }
  }

  /** The pieces of a range that have `unit` at `depth`. */
  #narrow(
    first: number,
    last: number,
    depth: number,
    unit: number,
  ): readonly [first: number, last: number] | undefined {
    const from = this.#firstNotBelow(first, last + 1, depth, unit);
    if (from > last || this.#unitAt(from, depth) !== unit) return undefined;
    return [from, this.#firstNotBelow(from, last + 1, depth, unit + 1) - 1];
  }

  #firstNotBelow(from: number, to: number, depth: number, unit: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#unitAt(middle, depth) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** -1 where the piece has ended. */
  #unitAt(index: number, depth: number): number {
    const piece = this.#pieces[index] ?? '';
    return depth < piece.length ? piece.charCodeAt(depth) : -1;
  }
}

function byUtf16(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
