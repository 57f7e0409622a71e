import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import {
  BertNormalizer,
  SplitMetaspace,
} from '../../../service/inference/tokenizer/tokenizer-definition.ts';
import { SourceError } from '../source.ts';
import { TOKENIZER_CONFIG_FILE } from './added-tokens.ts';
import { bertNormalizer, SPLIT_METASPACE } from './build-tokenizer.ts';
import { readJsonFile } from './read-json-file.ts';
import { readTokenizerSettings, type TokenizerSettings } from './special-tokens.ts';

type Model = 'WordPiece' | 'BPE' | 'Unigram';
type Option = 'do_lower_case' | 'strip_accents' | 'tokenize_chinese_chars' | 'add_prefix_space';

interface Kind {
  readonly model: Model;
  readonly classes: RegExp;
  /** Values of model_type in config.json that stand for these classes if no class is named. */
  readonly modelTypes: RegExp;
  readonly options: readonly Option[];
}

/** Tokenizer classes of transformers 5 that apply the options of tokenizer_config.json to a tokenizer.json. */
const KINDS: readonly Kind[] = [
  {
    model: 'WordPiece',
    classes:
      /^(Bert|DistilBert|Electra|Funnel|LayoutLM|MPNet|MobileBert|SqueezeBert)Tokenizer(Fast)?$/,
    modelTypes:
      /^(bert|convbert|distilbert|electra|ernie|funnel|layoutlm|megatron-bert|mobilebert|mpnet|squeezebert)$/,
    options: ['do_lower_case', 'strip_accents', 'tokenize_chinese_chars'],
  },
  {
    model: 'BPE',
    classes: /^(Bart|GPT2|Longformer|Roberta)Tokenizer(Fast)?$/,
    modelTypes: /^(bart|data2vec-text|gpt2|ibert|longformer|roberta|roberta-prelayernorm)$/,
    options: ['add_prefix_space'],
  },
  {
    model: 'Unigram',
    classes: /^(Camembert|XLMRoberta)Tokenizer(Fast)?$/,
    modelTypes: /^(camembert|xlm-roberta)$/,
    options: ['add_prefix_space'],
  },
];

const Config = Type.Object({
  model_type: Type.Optional(Type.Unknown()),
  tokenizer_class: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
const Part = Type.Optional(Type.Union([Type.Object({ type: Type.String() }), Type.Null()]));
const Tokenizer = Type.Object({
  normalizer: Part,
  pre_tokenizer: Part,
  model: Type.Object({ type: Type.Optional(Type.String()) }),
});
const Normalizers = Type.Object({ normalizers: Type.Array(Type.Object({ type: Type.String() })) });
const ByteLevel = Type.Object({
  type: Type.Literal('ByteLevel'),
  add_prefix_space: Type.Boolean(),
});

/**
 * Applies the options of tokenizer_config.json to tokenizer.json, as the constructors of
 * transformers do: also the defaults of the class, for options that are not set. A file that
 * agrees with them keeps its bytes, as revisions depend on them.
 *
 * @param folder holds config.json, tokenizer.json and perhaps tokenizer_config.json
 * @returns what was changed, for people; undefined if nothing was
 * @throws SourceError when an option cannot be applied
 */
export async function applySettings(folder: string, file: string): Promise<string | undefined> {
  const settings = await readTokenizerSettings(folder);
  const config = (await readJsonFile(Config, folder, 'config.json')) ?? {};
  const kind = kindOf(settings.tokenizer_class ?? config.tokenizer_class, config.model_type);
  const tokenizer = await readJsonFile(Tokenizer, folder, file);
  if (kind === undefined || tokenizer === undefined) return undefined;
  checkOptions(kind, settings, tokenizer, file);
  const change = changeOf(kind.model, settings, tokenizer);
  if (change === undefined) return undefined;
  const path = join(folder, file);
  const { length } = await readFile(path);
  const text = `${JSON.stringify({ ...tokenizer, ...change.parts })}\n`;
  // `pull` tells by the size that the source holds another file, as not every source tells hashes.
  await writeFile(path, Buffer.byteLength(text) === length ? `${text}\n` : text);
  return change.description;
}

function kindOf(tokenizerClass: string | null | undefined, modelType: unknown): Kind | undefined {
  return KINDS.find(({ classes, modelTypes }) =>
    tokenizerClass ? classes.test(tokenizerClass) : modelTypes.test(String(modelType)),
  );
}

/** @throws SourceError for an option that the tokenizer has no place for */
function checkOptions(
  { model, options }: Kind,
  settings: TokenizerSettings,
  tokenizer: Static<typeof Tokenizer>,
  file: string,
): void {
  const { type = 'unknown' } = tokenizer.model;
  const option = options.find((name) =>
    model === 'Unigram' ? settings[name] === false : type !== model && isSet(settings[name]),
  );
  if (option === undefined) return;
  const found =
    model === 'Unigram'
      ? `the service always puts a space before a text, as transformers 4 does. If the model was trained so,`
      : `${file} has a model of the type ${type} in place of ${model}, so it does not apply. If the model was trained so,`;
  throw new SourceError(
    `${TOKENIZER_CONFIG_FILE} sets ${option} to ${settings[option]}, but ${found} remove the option in a copy of ` +
      'the model, and add the folder',
    { retryable: false },
  );
}

function isSet(value: boolean | null | undefined): boolean {
  return value !== undefined && value !== null;
}

interface Change {
  readonly parts: object;
  readonly description: string;
}

/** Undefined also for parts of another type, which the service refuses when it reads the file. */
function changeOf(
  model: Model,
  settings: TokenizerSettings,
  tokenizer: Static<typeof Tokenizer>,
): Change | undefined {
  const { normalizer, pre_tokenizer } = tokenizer;
  if (model === 'WordPiece' && Value.Check(BertNormalizer, normalizer)) {
    const wanted = bertNormalizer(settings);
    const before = effectOf(normalizer);
    const differing = Object.entries(effectOf(wanted)).filter(([key, to]) => before[key] !== to);
    if (differing.length === 0) return undefined;
    return { parts: { normalizer: wanted }, description: describe(differing) };
  }
  if (model === 'BPE' && Value.Check(ByteLevel, pre_tokenizer)) {
    const add_prefix_space = settings.add_prefix_space ?? false;
    if (pre_tokenizer.add_prefix_space === add_prefix_space) return undefined;
    return {
      parts: { pre_tokenizer: { ...pre_tokenizer, add_prefix_space } },
      description: describe([['add_prefix_space', add_prefix_space]]),
    };
  }
  if (model === 'Unigram' && tokenizer.model.type === model) return unigramChange(tokenizer);
  return undefined;
}

/** Transformers keeps the map of characters, and no other part that changes a text. */
function unigramChange({
  normalizer,
  pre_tokenizer,
}: Static<typeof Tokenizer>): Change | undefined {
  const normalizers = Value.Check(Normalizers, normalizer) ? normalizer.normalizers : [normalizer];
  const kept = normalizers.find((each) => each?.type === 'Precompiled') ?? null;
  const left = normalizers.flatMap((each) => (each && each !== kept ? [each.type] : []));
  const isSplit = Value.Check(SplitMetaspace, pre_tokenizer);
  if (left.length === 0 && isSplit) return undefined;
  const descriptions = [
    ...(isSplit ? [] : ['a split at white space before Metaspace']),
    ...(left.length === 0 ? [] : [`no ${left.join(', ')}`]),
  ];
  return {
    parts: { normalizer: kept, pre_tokenizer: SPLIT_METASPACE },
    description: descriptions.join(' and '),
  };
}

/** Null and true for `strip_accents` are the same if letters are lowercased. */
function effectOf({
  clean_text = true,
  handle_chinese_chars = true,
  strip_accents,
  lowercase = true,
}: Static<typeof BertNormalizer>): Readonly<Record<string, boolean>> {
  return {
    clean_text,
    handle_chinese_chars,
    strip_accents: strip_accents ?? lowercase,
    lowercase,
  };
}

function describe(values: readonly (readonly [string, boolean])[]): string {
  return values.map(([key, value]) => `${key} ${value}`).join(', ');
}
