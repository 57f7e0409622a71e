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

const BertNormalizer = Type.Object({
  type: Type.Literal('BertNormalizer'),
  clean_text: Type.Optional(Type.Boolean()),
  handle_chinese_chars: Type.Optional(Type.Boolean()),
  strip_accents: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  lowercase: Type.Optional(Type.Boolean()),
});

/** Not validated: the file's hash is known, and 80,000 checks would add 60 ms to the start. */
const Vocabulary = Type.Unsafe<Readonly<Record<string, number>>>(Type.Unknown());
const Merges = Type.Unsafe<readonly string[]>(Type.Unknown());

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
  }),
});

const TokenizerDefinition = Type.Union([WordPieceDefinition, BytePairDefinition]);
const validator = Compile(TokenizerDefinition);

/** A tokenizer.json whose texts may be cut at spaces: that of a BERT or a RoBERTa. */
export type TokenizerDefinition = Static<typeof TokenizerDefinition>;

/**
 * Validates a tokenizer.json.
 *
 * @throws StartupError when it is not that of a BERT or a RoBERTa
 */
export function parseTokenizerDefinition(json: unknown, file: string): TokenizerDefinition {
  if (!validator.Check(json)) {
    throw new StartupError(
      `${file} is not a supported tokenizer: it must be WordPiece with BertNormalizer and ` +
        'BertPreTokenizer, or BPE with ByteLevel and no normalizer',
    );
  }
  const unsupported = json.added_tokens.find(
    (token) =>
      !token.special && (token.single_word || token.lstrip || token.rstrip || token.normalized),
  );
  if (unsupported !== undefined) {
    throw new StartupError(
      `${file}: the added token "${unsupported.content}" asks for single_word, lstrip, rstrip or ` +
        'normalized, which is not supported',
    );
  }
  return json;
}
