import { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js';
import { LRUCache } from 'lru-cache';
import { StartupError } from '../../domain/errors.ts';
import { AddedTokens, type Piece } from './added-tokens.ts';
import { BERT_CUT, bertNormalizer } from './bert-normalizer.ts';
import type { EventLoopTurns } from './event-loop-turns.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';
import type { TokenizerDefinition } from './tokenizer-definition.ts';
import { WordPiece } from './word-piece.ts';

/**
 * Minimum characters to tokenize in one step: more than most posts have, and more than an
 * ordinary text needs to fill a window of 256 tokens.
 */
const CHUNK_CHARACTERS = 1000;

/** Limit on the characters of words and pieces that a byte-pair model caches. */
const WORD_CACHE_CHARACTERS = 1_000_000;

/** Positions where a cut changes no token of a byte-level model. */
const BYTE_LEVEL_CUT = /(?<=\S) (?=\S)/gu;

/** Encoding of the text between added tokens, by kind of tokenizer. */
interface Pipeline {
  /** Global pattern; the text may be cut where a match begins. */
  readonly cut: RegExp;
  /** See `Tokenizer`; bytes can spell any word. */
  readonly unknownId: number | null;
  encode(chunk: string): number[];
}

/** Tokenizer of a BERT or a RoBERTa, on Transformers.js. */
export class TransformersTokenizer implements Tokenizer {
  readonly specialTokens = 2;
  readonly unknownId: number | null;
  readonly #addedTokens: AddedTokens;
  readonly #pipeline: Pipeline;
  readonly #startId: number;
  readonly #endId: number;
  readonly #maxTokens: number;
  readonly #turns: EventLoopTurns;

  /**
   * @param maxTokens the model's window, special tokens included
   * @param turns shared by all computations on this thread
   * @throws StartupError when the tokenizer does not put one token before and one after a text
   */
  constructor(definition: TokenizerDefinition, maxTokens: number, turns: EventLoopTurns) {
    const library = buildLibraryTokenizer(definition);
    this.#addedTokens = new AddedTokens(definition.added_tokens.filter((token) => !token.special));
    this.#pipeline = pipeline(definition, library);
    this.unknownId = this.#pipeline.unknownId;
    [this.#startId, this.#endId] = frame(definition, library);
    this.#maxTokens = maxTokens;
    this.#turns = turns;
  }

  /** Stops once the window is full: a long text costs no more than its beginning. */
  async encode(text: string): Promise<Encoding> {
    const ids = [this.#startId];
    const room = this.#maxTokens - 1;
    for (const piece of this.#pieces(text)) {
      if (!this.#turns.hasTime()) await this.#turns.next();
      if (piece.id !== null) ids.push(piece.id);
      else for (const id of this.#pipeline.encode(piece.text)) ids.push(id);
      if (ids.length > room) break;
    }
    const truncated = ids.length > room;
    if (truncated) ids.length = room;
    ids.push(this.#endId);
    return { ids, truncated };
  }

  /** Parts of the text that can be tokenized one by one. */
  *#pieces(text: string): Generator<Piece> {
    for (const piece of this.#addedTokens.split(text)) {
      if (piece.id !== null) yield piece;
      else
        for (const chunk of chunks(piece.text, this.#pipeline.cut)) yield { id: null, text: chunk };
    }
  }
}

function buildLibraryTokenizer(definition: TokenizerDefinition): PreTrainedTokenizer {
  const { model } = definition;
  const json = {
    ...definition,
    // Split off by `AddedTokens`: the library would also split off special tokens that a user typed.
    added_tokens: [],
    // `WordPiece` replaces the library's: filling that one would take a third of the start.
    model: model.type === 'WordPiece' ? { ...model, vocab: {} } : model,
    decoder: null,
  };
  return new PreTrainedTokenizer(json, {});
}

function* chunks(text: string, cut: RegExp): Generator<string> {
  let start = 0;
  while (text.length - start > CHUNK_CHARACTERS) {
    cut.lastIndex = start + CHUNK_CHARACTERS;
    const end = cut.exec(text)?.index;
    if (end === undefined) break;
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}

function pipeline(definition: TokenizerDefinition, library: PreTrainedTokenizer): Pipeline {
  const { pre_tokenizer: preTokenize, model } = library;
  if (preTokenize === null) throw new StartupError('The tokenizer has no pre-tokenizer');
  if (definition.model.type === 'WordPiece') {
    const normalize = bertNormalizer(definition.normalizer ?? {});
    const wordPiece = new WordPiece(definition.model);
    return {
      cut: BERT_CUT,
      unknownId: wordPiece.unknownId,
      encode: (chunk) => wordPiece.encode(preTokenize(normalize(chunk), { section_index: 0 })),
    };
  }
  model.cache = new LRUCache<string, string[]>({
    maxSize: WORD_CACHE_CHARACTERS,
    sizeCalculation: (_pieces, word) => 2 * word.length + 1,
  });
  return {
    cut: BYTE_LEVEL_CUT,
    unknownId: null,
    encode: (chunk) =>
      model.convert_tokens_to_ids(model(preTokenize(chunk, { section_index: 0 }))).map((id) => {
        if (id === undefined) throw new Error('The tokenizer made a token without an id');
        return id;
      }),
  };
}

/** Ids of the special tokens before and after every text. */
function frame(
  definition: TokenizerDefinition,
  library: PreTrainedTokenizer,
): [start: number, end: number] {
  const tokens = library.post_processor?.([]).tokens ?? [];
  const ids = tokens.map(
    (content) => definition.added_tokens.find((token) => token.content === content)?.id,
  );
  const [start, end] = ids;
  if (ids.length !== 2 || start === undefined || end === undefined) {
    throw new StartupError(
      `The tokenizer frames a text with ${JSON.stringify(tokens)}; one token before and one after are expected`,
    );
  }
  return [start, end];
}
