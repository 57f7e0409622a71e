import Type, { type Static } from 'typebox';
import Compile from 'typebox/compile';
import { StartupError } from '../../domain/errors.ts';

const AddedToken = Type.Object({
  id: Type.Integer({ minimum: 0 }),
  content: Type.String({ minLength: 1 }),
  special: Type.Boolean(),
  single_word: Type.Boolean(),
  lstrip: Type.Boolean(),
  rstrip: Type.Boolean(),
  normalized: Type.Boolean(),
});

export const BertNormalizer = Type.Object({
  type: Type.Literal('BertNormalizer'),
  clean_text: Type.Optional(Type.Boolean()),
  handle_chinese_chars: Type.Optional(Type.Boolean()),
  strip_accents: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  lowercase: Type.Optional(Type.Boolean()),
});

/** Not validated: the file's hash is known, and 80,000 checks would add 60 ms to the start. */
const Vocabulary = Type.Unsafe<Readonly<Record<string, number>>>(Type.Unknown());
/** "a b", or ["a", "b"] as tokenizers writes since 0.20. */
const Merges = Type.Unsafe<readonly (string | readonly [string, string])[]>(Type.Unknown());

const WordPieceDefinition = Type.Object({
  added_tokens: Type.Array(AddedToken),
  normalizer: BertNormalizer,
  pre_tokenizer: Type.Object({ type: Type.Literal('BertPreTokenizer') }),
  post_processor: Type.Object({ type: Type.String() }),
  model: Type.Object({
    type: Type.Literal('WordPiece'),
    vocab: Vocabulary,
    unk_token: Type.String(),
    continuing_subword_prefix: Type.String(),
    max_input_chars_per_word: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
});

const NotSet = Type.Optional(Type.Union([Type.Null(), Type.Literal(false), Type.Literal('')]));

const BytePairDefinition = Type.Object({
  added_tokens: Type.Array(AddedToken),
  normalizer: Type.Null(),
  pre_tokenizer: Type.Object({
    type: Type.Literal('ByteLevel'),
    add_prefix_space: Type.Boolean(),
    use_regex: Type.Optional(Type.Literal(true)),
  }),
  post_processor: Type.Object({ type: Type.String() }),
  model: Type.Object({
    type: Type.Literal('BPE'),
    vocab: Vocabulary,
    merges: Merges,
    dropout: Type.Optional(Type.Union([Type.Null(), Type.Literal(0)])),
    continuing_subword_prefix: NotSet,
    end_of_word_suffix: NotSet,
    byte_fallback: NotSet,
    ignore_merges: NotSet,
  }),
});

const UnigramNormalizer = Type.Union([
  Type.Object({ type: Type.Literal('Precompiled'), precompiled_charsmap: Type.String() }),
  Type.Object({
    type: Type.Literal('Strip'),
    strip_left: Type.Boolean(),
    strip_right: Type.Boolean(),
  }),
  Type.Object({
    type: Type.Literal('Replace'),
    pattern: Type.Object({ Regex: Type.Literal(' {2,}') }),
    content: Type.String(),
  }),
]);

const Metaspace = Type.Object({
  type: Type.Literal('Metaspace'),
  replacement: Type.Literal('▁'),
  /** Absent in files of older versions, which always put one. */
  prepend_scheme: Type.Optional(Type.Literal('always')),
  add_prefix_space: Type.Optional(Type.Literal(true)),
  split: Type.Optional(Type.Literal(true)),
});

export const SplitMetaspace = Type.Object({
  type: Type.Literal('Sequence'),
  pretokenizers: Type.Tuple([Type.Object({ type: Type.Literal('WhitespaceSplit') }), Metaspace]),
});

const UnigramDefinition = Type.Object({
  added_tokens: Type.Array(AddedToken),
  normalizer: Type.Union([
    Type.Null(),
    UnigramNormalizer,
    Type.Object({ type: Type.Literal('Sequence'), normalizers: Type.Array(UnigramNormalizer) }),
  ]),
  pre_tokenizer: Type.Union([Metaspace, SplitMetaspace]),
  post_processor: Type.Object({ type: Type.String() }),
  model: Type.Object({
    type: Type.Literal('Unigram'),
    unk_id: Type.Integer({ minimum: 0 }),
    vocab: Type.Unsafe<readonly (readonly [string, number])[]>(Type.Unknown()),
    byte_fallback: Type.Optional(Type.Literal(false)),
  }),
});

const TokenizerDefinition = Type.Union([
  WordPieceDefinition,
  BytePairDefinition,
  UnigramDefinition,
]);
const validator = Compile(TokenizerDefinition);

/** A tokenizer.json of a kind whose texts may be cut at spaces: BERT's, RoBERTa's, XLM-RoBERTa's. */
export type TokenizerDefinition = Static<typeof TokenizerDefinition>;
export type WordPieceDefinition = Static<typeof WordPieceDefinition>;
export type BytePairDefinition = Static<typeof BytePairDefinition>;
export type UnigramDefinition = Static<typeof UnigramDefinition>;

/** The tokenizer works in a way that the service does not support. Its file is intact. */
export class UnsupportedTokenizerError extends StartupError {}

/**
 * Validates a tokenizer.json.
 *
 * @throws UnsupportedTokenizerError when it is a tokenizer of another kind.
 */
export function parseTokenizerDefinition(json: unknown, file: string): TokenizerDefinition {
  if (!validator.Check(json)) {
    throw new UnsupportedTokenizerError(
      `${file} is not a supported tokenizer: it must be WordPiece with BertNormalizer and ` +
        'BertPreTokenizer, BPE with ByteLevel and no normalizer, or Unigram with Metaspace',
    );
  }
  return json;
}
