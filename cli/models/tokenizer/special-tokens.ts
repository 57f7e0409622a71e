import Type, { type Static } from 'typebox';
import { Flag, SPECIAL_TOKENS_FILE, TOKENIZER_CONFIG_FILE } from './added-tokens.ts';
import { readJsonFile } from './read-json-file.ts';

/** A token's name, alone or with how it is split off. */
const TokenName = Type.Union([Type.String(), Type.Object({ content: Type.String() }), Type.Null()]);

/** Fields read from tokenizer_config.json and special_tokens_map.json; both are optional. */
const Settings = Type.Object({
  tokenizer_class: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  model_max_length: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  /** Name of model_max_length in old repositories, which transformers reads where that is not given. */
  max_len: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  truncation_side: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  do_lower_case: Flag,
  strip_accents: Flag,
  tokenize_chinese_chars: Flag,
  add_prefix_space: Flag,
  cls_token: Type.Optional(TokenName),
  sep_token: Type.Optional(TokenName),
  pad_token: Type.Optional(TokenName),
  unk_token: Type.Optional(TokenName),
  mask_token: Type.Optional(TokenName),
});

export type TokenizerSettings = Static<typeof Settings>;

export interface SpecialTokens {
  readonly start: string;
  readonly end: string;
  readonly pad: string;
  readonly unknown: string;
  readonly mask: string;
}

/** @throws SourceError when a file is there and does not have the form */
export async function readTokenizerSettings(folder: string): Promise<TokenizerSettings> {
  const map = await readJsonFile(Settings, folder, SPECIAL_TOKENS_FILE);
  const config = await readJsonFile(Settings, folder, TOKENIZER_CONFIG_FILE);
  return { ...map, ...config };
}

/** The tokens that the files name, else those usual for the kind. */
export function specialTokens(settings: TokenizerSettings, usual: SpecialTokens): SpecialTokens {
  const name = (token: Static<typeof TokenName> | undefined, otherwise: string) =>
    (typeof token === 'object' ? token?.content : token) ?? otherwise;
  return {
    start: name(settings.cls_token, usual.start),
    end: name(settings.sep_token, usual.end),
    pad: name(settings.pad_token, usual.pad),
    unknown: name(settings.unk_token, usual.unknown),
    mask: name(settings.mask_token, usual.mask),
  };
}
