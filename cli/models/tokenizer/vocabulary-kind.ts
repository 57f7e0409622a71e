import Type from 'typebox';
import { SourceError } from '../source.ts';
import { readJsonFile } from './read-json-file.ts';
import type { TokenizerSettings } from './special-tokens.ts';

/** The files from which a tokenizer.json can be built: one of these sets has to be there. */
export const VOCABULARY_FILES = {
  bytePair: ['vocab.json', 'merges.txt'],
  wordPiece: ['vocab.txt'],
  unigram: ['sentencepiece.bpe.model'],
} as const;

export type VocabularyKind = keyof typeof VOCABULARY_FILES;

interface Kind {
  readonly classes: RegExp;
  /** Values of model_type in config.json that stand for these classes if no class is named. */
  readonly modelTypes: RegExp;
}

/** Tokenizer classes of transformers that read the files as here; others read the same files in another way. */
const KINDS: Readonly<Record<VocabularyKind, Kind>> = {
  bytePair: {
    classes: /^(Bart|Longformer|Roberta)Tokenizer(Fast)?$/,
    modelTypes: /^(bart|data2vec-text|ibert|longformer|roberta|roberta-prelayernorm)$/,
  },
  wordPiece: {
    classes:
      /^(Bert|ConvBert|DistilBert|Electra|LayoutLM|MPNet|MobileBert|SqueezeBert)Tokenizer(Fast)?$/,
    modelTypes:
      /^(bert|convbert|distilbert|electra|ernie|layoutlm|megatron-bert|mobilebert|mpnet|nezha|squeezebert)$/,
  },
  unigram: {
    classes: /^(Camembert|XLMRoberta)Tokenizer(Fast)?$/,
    modelTypes: /^(camembert|xlm-roberta|xlm-roberta-xl|xmod)$/,
  },
};

const Config = Type.Object({
  tokenizer_class: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/**
 * Checks that transformers reads a model's vocabulary as it is read here.
 *
 * @param modelType config.json's model_type
 * @throws SourceError when tokenizer_config.json, else config.json, names another tokenizer, by its class or
 * else by model_type
 */
export async function checkKind(
  folder: string,
  kind: VocabularyKind,
  modelType: string,
  settings: TokenizerSettings,
): Promise<void> {
  const config = await readJsonFile(Config, folder, 'config.json');
  const tokenizerClass = settings.tokenizer_class ?? config?.tokenizer_class;
  const { classes, modelTypes } = KINDS[kind];
  if (tokenizerClass ? classes.test(tokenizerClass) : modelTypes.test(modelType)) return;
  const tokenizer = tokenizerClass
    ? `The model names the tokenizer class ${tokenizerClass}, which`
    : `The model_type ${modelType} has a tokenizer that`;
  throw new SourceError(
    `${tokenizer} cannot be built from ${VOCABULARY_FILES[kind].join(' and ')}; ` +
      'supported are the tokenizers of BERT, RoBERTa, XLM-RoBERTa, CamemBERT, DistilBERT, MPNet and ELECTRA. ' +
      'Any other needs a tokenizer.json',
    { retryable: false },
  );
}
