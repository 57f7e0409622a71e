import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { SourceError } from '../source.ts';
import { readJsonFile } from './read-json-file.ts';
import { readSentencePiece } from './read-sentencepiece.ts';
import { type SpecialTokens, specialTokens, type TokenizerSettings } from './special-tokens.ts';
import { addTokens, type Ids } from './tokens-to-add.ts';
import { checkKind, VOCABULARY_FILES, type VocabularyKind } from './vocabulary-kind.ts';

const BERT: SpecialTokens = {
  start: '[CLS]',
  end: '[SEP]',
  pad: '[PAD]',
  unknown: '[UNK]',
  mask: '[MASK]',
};
const ROBERTA: SpecialTokens = {
  start: '<s>',
  end: '</s>',
  pad: '<pad>',
  unknown: '<unk>',
  mask: '<mask>',
};

/** The pre-tokenizer of XLM-RoBERTa and CamemBERT. */
export const SPLIT_METASPACE = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'WhitespaceSplit' },
    { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  ],
} as const;

/**
 * Builds what tokenizer.json would hold from the files of a vocabulary, as transformers does
 * for models that have no tokenizer.json.
 *
 * @param modelType config.json's model_type: it decides between layouts of the same files
 * @throws SourceError when a file is missing or damaged, or when the model has another tokenizer
 */
export async function buildTokenizer(
  folder: string,
  kind: VocabularyKind,
  modelType: string,
  settings: TokenizerSettings,
): Promise<object> {
  await checkKind(folder, kind, modelType, settings);
  switch (kind) {
    case 'bytePair':
      return bytePair(folder, settings);
    case 'wordPiece':
      return wordPiece(folder, modelType, settings);
    case 'unigram':
      return unigram(folder, modelType, settings);
  }
}

async function bytePair(folder: string, settings: TokenizerSettings): Promise<object> {
  const vocab = await readJsonFile(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
    folder,
    'vocab.json',
  );
  if (vocab === undefined) throw missing('vocab.json');
  const merges = (await readText(folder, 'merges.txt'))
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#version'));
  const broken = merges.findIndex((merge) => merge.split(' ').length !== 2);
  if (broken !== -1) {
    throw new SourceError(
      `merges.txt: merge ${broken + 1} is "${merges[broken]}"; it must be two pieces with a space between`,
      { retryable: false },
    );
  }
  const tokens = specialTokens(settings, ROBERTA);
  const { added, ids } = await addTokens(folder, tokens, vocab);
  const addPrefixSpace = settings.add_prefix_space ?? false;
  return {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: true },
    post_processor: robertaFrame(tokens, ids, addPrefixSpace),
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab, merges },
  };
}

async function wordPiece(
  folder: string,
  modelType: string,
  settings: TokenizerSettings,
): Promise<object> {
  const text = await readText(folder, 'vocab.txt');
  const pieces = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (pieces.at(-1) === '') pieces.pop();
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const usual = modelType === 'mpnet' ? { ...ROBERTA, unknown: '[UNK]' } : BERT;
  const tokens = specialTokens(settings, usual);
  const { added, ids } = await addTokens(folder, tokens, vocab);
  return {
    version: '1.0',
    added_tokens: added,
    normalizer: bertNormalizer(settings),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: template(tokens, ids),
    decoder: { type: 'WordPiece', prefix: '##' },
    model: {
      type: 'WordPiece',
      unk_token: tokens.unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

/** The normalizer by the options of tokenizer_config.json, with the defaults of transformers. */
export function bertNormalizer(settings: TokenizerSettings) {
  return {
    type: 'BertNormalizer' as const,
    clean_text: true,
    handle_chinese_chars: settings.tokenize_chinese_chars ?? true,
    strip_accents: settings.strip_accents ?? null,
    lowercase: settings.do_lower_case ?? true,
  };
}

/** Source: XLMRobertaTokenizer and CamembertTokenizer of transformers, for the order of the ids. */
async function unigram(
  folder: string,
  modelType: string,
  settings: TokenizerSettings,
): Promise<object> {
  const [file] = VOCABULARY_FILES.unigram;
  const bytes = await readBytes(folder, file);
  const { pieces, precompiledCharsmap } = readSentencePiece(bytes, file);
  const tokens = specialTokens(settings, ROBERTA);
  const { start, end, pad, unknown, mask } = tokens;
  const zero = (piece: string) => [piece, 0] as const;
  const isCamembert = modelType === 'camembert';
  const vocab: (readonly [string, number])[] = isCamembert
    ? [
        zero(`${start}NOTUSED`),
        zero(pad),
        zero(`${end}NOTUSED`),
        zero(unknown),
        [`${unknown}NOTUSED`, -100],
        ...pieces.slice(1),
        zero(mask),
      ]
    : [zero(start), zero(pad), zero(end), zero(unknown), ...pieces.slice(3), zero(mask)];
  const pieceIds = Object.fromEntries(vocab.map(([piece], id) => [piece, id]));
  const { added, ids } = await addTokens(folder, tokens, pieceIds);
  return {
    version: '1.0',
    added_tokens: added,
    normalizer:
      precompiledCharsmap === null
        ? null
        : { type: 'Precompiled', precompiled_charsmap: precompiledCharsmap },
    pre_tokenizer: SPLIT_METASPACE,
    post_processor: template(tokens, ids),
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: { type: 'Unigram', unk_id: vocab.findIndex(([piece]) => piece === unknown), vocab },
  };
}

function robertaFrame({ start, end }: SpecialTokens, ids: Ids, addPrefixSpace: boolean) {
  return {
    type: 'RobertaProcessing',
    sep: [end, ids[end]],
    cls: [start, ids[start]],
    trim_offsets: true,
    add_prefix_space: addPrefixSpace,
  };
}

function template({ start, end }: SpecialTokens, ids: Ids) {
  const special = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
  const sequence = (id: string, type_id = 0) => ({ Sequence: { id, type_id } });
  const named = (id: string) => ({ id, ids: [ids[id]], tokens: [id] });
  return {
    type: 'TemplateProcessing',
    single: [special(start), sequence('A'), special(end)],
    pair: [special(start), sequence('A'), special(end), sequence('B', 1), special(end, 1)],
    special_tokens: { [start]: named(start), [end]: named(end) },
  };
}

async function readText(folder: string, name: string): Promise<string> {
  return (await readBytes(folder, name)).toString('utf8');
}

function readBytes(folder: string, name: string): Promise<Buffer> {
  return readFile(join(folder, name)).catch((cause: unknown) => {
    throw missing(name, cause);
  });
}

function missing(name: string, cause?: unknown): SourceError {
  return new SourceError(`${name} cannot be read; the tokenizer is built from it`, {
    retryable: false,
    cause,
  });
}
