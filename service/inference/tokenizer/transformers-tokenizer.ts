import { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js';
import { StartupError } from '../../domain/errors.ts';
import { AddedTokens } from './added-tokens.ts';
import { createPipeline } from './create-pipeline.ts';
import type { EventLoopTurns } from './event-loop-turns.ts';
import type { Pipeline } from './pipeline.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';
import type { TokenizerDefinition } from './tokenizer-definition.ts';

/**
 * Minimum characters to tokenize in one step: more than most posts have, and more than an
 * ordinary text needs to fill a window of 256 tokens.
 */
const CHUNK_CHARACTERS = 1000;

/** The tokenizers of BERT, RoBERTa and XLM-RoBERTa, on Transformers.js where it is exact. */
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
    this.#pipeline = createPipeline(definition, library);
    this.unknownId = this.#pipeline.unknownId;
    [this.#startId, this.#endId] = frame(definition, library);
    this.#maxTokens = maxTokens;
    this.#turns = turns;
  }

  /** Stops once the window is full: a long text costs no more than its beginning. */
  async encode(text: string): Promise<Encoding> {
    const ids = [this.#startId];
    const room = this.#maxTokens - 1;
    for (const part of this.#parts(text)) {
      for (const id of part) ids.push(id);
      if (ids.length > room) break;
      if (!this.#turns.hasTime()) await this.#turns.next();
    }
    const truncated = ids.length > room;
    if (truncated) ids.length = room;
    ids.push(this.#endId);
    return { ids, truncated };
  }

  async count(text: string): Promise<number> {
    let tokens = this.specialTokens;
    for (const part of this.#parts(text)) {
      tokens += part.length;
      if (!this.#turns.hasTime()) await this.#turns.next();
    }
    return tokens;
  }

  /** Ids of the text, lazily: each part is made in one step. */
  *#parts(text: string): Generator<readonly number[]> {
    for (const { id, text: between } of this.#addedTokens.split(text)) {
      if (id !== null) yield [id];
      else
        for (const chunk of chunks(between, this.#pipeline.cut))
          yield* this.#pipeline.encode(chunk);
    }
  }
}

/** The library's part: BERT's words, and the frame of special tokens. */
function buildLibraryTokenizer(definition: TokenizerDefinition): PreTrainedTokenizer {
  const { post_processor, pre_tokenizer } = definition;
  const json = {
    post_processor,
    pre_tokenizer: pre_tokenizer.type === 'BertPreTokenizer' ? pre_tokenizer : null,
    // Split off here: the library also splits off special ones, which a user may have typed.
    added_tokens: [],
    normalizer: null,
    decoder: null,
    // Not used: filling the library's twin would take a third of the start.
    model: { type: 'WordPiece', vocab: {}, unk_token: '', continuing_subword_prefix: '' },
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

/** Ids of the tokens that stand before and after every text. */
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
