import { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js';
import { AddedTokens, isOfFamily } from './added-tokens.ts';
import { createPipeline } from './create-pipeline.ts';
import type { EventLoopTurns } from './event-loop-turns.ts';
import { chunks, type Pipeline } from './pipeline.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';
import { type TokenizerDefinition, UnsupportedTokenizerError } from './tokenizer-definition.ts';

/** The tokenizers of BERT, RoBERTa and XLM-RoBERTa, on Transformers.js where it is exact. */
export class TransformersTokenizer implements Tokenizer {
  readonly specialTokens = 2;
  readonly unknownId: number | null;
  /** Split off before the text is normalized. */
  readonly #rawTokens: AddedTokens;
  /** Split off after. */
  readonly #normalizedTokens: AddedTokens;
  readonly #pipeline: Pipeline;
  readonly #startId: number;
  readonly #endId: number;
  readonly #maxTokens: number;
  readonly #turns: EventLoopTurns;

  /**
   * @param maxTokens the model's window, special tokens included
   * @param turns shared by all computations on this thread
   * @throws StartupError when a part of the definition is damaged
   * @throws UnsupportedTokenizerError when the tokenizer does not put one token before and one after a text
   */
  constructor(definition: TokenizerDefinition, maxTokens: number, turns: EventLoopTurns) {
    const library = buildLibraryTokenizer(definition);
    [this.#startId, this.#endId] = frame(definition, library);
    const framing = [this.#startId, this.#endId];
    this.#pipeline = createPipeline(definition, library, framing);
    this.unknownId = this.#pipeline.unknownId;
    const tokens = definition.added_tokens.filter(
      ({ id, content, special }) => !framing.includes(id) && !(special && isOfFamily(content)),
    );
    this.#rawTokens = new AddedTokens(tokens.filter((token) => !token.normalized));
    this.#normalizedTokens = new AddedTokens(
      tokens
        .filter((token) => token.normalized)
        .map((token) => ({ ...token, content: normalized(token.content, this.#pipeline) })),
    );
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
    for (const { id, text: between } of this.#rawTokens.split(text)) {
      if (id !== null) yield [id];
      // A token may span the place of a cut.
      else if (!this.#normalizedTokens.isEmpty) yield* this.#section(between);
      else for (const chunk of chunks(between, this.#pipeline.cut)) yield* this.#section(chunk);
    }
  }

  *#section(text: string): Generator<readonly number[]> {
    let normalized = '';
    for (const part of this.#pipeline.normalize(text)) {
      normalized += part;
      yield [];
    }
    for (const { id, text: between } of this.#normalizedTokens.split(normalized)) {
      if (id !== null) yield [id];
      else
        for (const chunk of chunks(between, this.#pipeline.cut))
          yield* this.#pipeline.encode(chunk);
    }
  }
}

/** An added token as it occurs in a normalized text. */
function normalized(content: string, pipeline: Pipeline): string {
  const found = [...pipeline.normalize(content)].join('');
  if (found !== '') return found;
  throw new UnsupportedTokenizerError(
    `The added token ${JSON.stringify(content)} consists of characters that the tokenizer removes, which is not supported`,
  );
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

/** Stands for the tokens of a text. */
const TEXT = 'TEXT';

/** Ids of the tokens that stand before and after every text. */
function frame(
  definition: TokenizerDefinition,
  library: PreTrainedTokenizer,
): [start: number, end: number] {
  const tokens = library.post_processor?.([TEXT]).tokens ?? [];
  const idOf = (content: string | undefined) =>
    definition.added_tokens.find((token) => token.content === content)?.id;
  const [start, end] = [idOf(tokens[0]), idOf(tokens[2])];
  if (tokens.length !== 3 || tokens[1] !== TEXT || start === undefined || end === undefined) {
    throw new UnsupportedTokenizerError(
      `The tokenizer makes ${JSON.stringify(tokens)} of a text; one token before "${TEXT}" and one after are expected`,
    );
  }
  return [start, end];
}
