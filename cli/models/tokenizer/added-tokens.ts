import Type, { type Static } from 'typebox';
import { isOfFamily } from '../../../service/inference/tokenizer/added-tokens.ts';
import { SourceError } from '../source.ts';
import { readJsonFile } from './read-json-file.ts';

/** Files that tell of added tokens, apart from tokenizer.json. */
export const ADDED_TOKENS_FILE = 'added_tokens.json';
export const SPECIAL_TOKENS_FILE = 'special_tokens_map.json';
export const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json';

/** Exporters write null for a flag that is not set. */
export const Flag = Type.Optional(Type.Union([Type.Boolean(), Type.Null()]));
const TokenWithFlags = Type.Object({
  content: Type.String({ minLength: 1 }),
  single_word: Flag,
  lstrip: Flag,
  rstrip: Flag,
  normalized: Flag,
  special: Flag,
});
const Token = Type.Union([Type.String({ minLength: 1 }), TokenWithFlags]);
const TokenOrNull = Type.Union([Token, Type.Null()]);
/** A list, or tokens by a name that the model's code uses. */
const Tokens = Type.Union([
  Type.Array(TokenOrNull),
  Type.Record(Type.String(), TokenOrNull),
  Type.Null(),
]);
const Settings = Type.Object({
  added_tokens_decoder: Type.Optional(
    Type.Union([Type.Record(Type.String({ pattern: '^[0-9]+$' }), TokenWithFlags), Type.Null()]),
  ),
  additional_special_tokens: Type.Optional(Tokens),
  extra_special_tokens: Type.Optional(Tokens),
});
const Ids = Type.Record(Type.String({ minLength: 1 }), Type.Integer({ minimum: 0 }));

export interface NamedToken extends Static<typeof TokenWithFlags> {
  /** Absent: the next free one. */
  readonly id?: number;
}

/**
 * Reads the tokens that were added to a vocabulary, as transformers does:
 * `added_tokens_decoder` makes up for all files that were written before it existed.
 *
 * @returns tokens with an id first, in the order of their ids
 * @throws SourceError when a file does not have the form
 */
export async function readAddedTokens(folder: string): Promise<NamedToken[]> {
  const config = (await readJsonFile(Settings, folder, TOKENIZER_CONFIG_FILE)) ?? {};
  const decoder = config.added_tokens_decoder;
  const extra = [
    ...specials(config.additional_special_tokens),
    ...specials(config.extra_special_tokens),
  ];
  if (decoder) {
    const numbered = Object.entries(decoder).map(([id, token]) => ({ ...token, id: Number(id) }));
    return unique([...byId(numbered), ...extra]);
  }
  const map = (await readJsonFile(Settings, folder, SPECIAL_TOKENS_FILE)) ?? {};
  extra.push(...specials(map.additional_special_tokens), ...specials(map.extra_special_tokens));
  const ids = (await readJsonFile(Ids, folder, ADDED_TOKENS_FILE)) ?? {};
  const numbered = Object.entries(ids).map(([content, id]) => ({
    ...(extra.find((token) => token.content === content) ?? { content }),
    id,
  }));
  return unique([...byId(numbered), ...extra]);
}

const TokenizerFile = Type.Object({
  added_tokens: Type.Array(Type.Object({ content: Type.String() })),
});

/**
 * Compares a tokenizer.json with the files beside it.
 *
 * @throws SourceError if they name an added token that it lacks
 */
export async function checkAddedTokens(folder: string, file: string): Promise<void> {
  const named = await readAddedTokens(folder);
  if (named.length === 0) return;
  const tokenizer = await readJsonFile(TokenizerFile, folder, file);
  const known = new Set(tokenizer?.added_tokens.map(({ content }) => content));
  const lacking = named.find(({ content }) => !known.has(content) && !isOfFamily(content));
  if (lacking === undefined) return;
  throw new SourceError(
    `${file} lacks the added token ${JSON.stringify(lacking.content)}, which ${TOKENIZER_CONFIG_FILE}, ` +
      `${SPECIAL_TOKENS_FILE} or ${ADDED_TOKENS_FILE} names. Load the tokenizer with transformers and save it again`,
    { retryable: false },
  );
}

/** Strings are special tokens without any flag. */
function specials(tokens: Static<typeof Tokens> | undefined): NamedToken[] {
  return Object.values(tokens ?? {})
    .filter((token) => token !== null)
    .map((token) => ({
      ...(typeof token === 'string' ? { content: token } : token),
      special: true,
    }));
}

function byId(tokens: readonly (NamedToken & { id: number })[]): NamedToken[] {
  return tokens.toSorted((a, b) => a.id - b.id);
}

function unique(tokens: readonly NamedToken[]): NamedToken[] {
  const seen = new Set<string>();
  return tokens.filter(({ content }) => !seen.has(content) && seen.add(content));
}
