import type { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js';
import { LRUCache } from 'lru-cache';
import { StartupError } from '../../domain/errors.ts';
import { BERT_CUT, bertNormalizer } from './bert-normalizer.ts';
import { byteLevelWords } from './byte-level.ts';
import { type Pipeline, SPACE_CUT } from './pipeline.ts';
import type {
  BytePairDefinition,
  TokenizerDefinition,
  UnigramDefinition,
  WordPieceDefinition,
} from './tokenizer-definition.ts';
import { unigramPipeline } from './unigram-pipeline.ts';
import { WordPiece } from './word-piece.ts';

/** Characters of words and pieces that a byte-pair model may remember. */
const WORD_CACHE_CHARACTERS = 1_000_000;

/** @throws StartupError when a part of the definition is damaged */
export function createPipeline(
  definition: TokenizerDefinition,
  library: PreTrainedTokenizer,
): Pipeline {
  switch (definition.model.type) {
    case 'WordPiece':
      return wordPiecePipeline(definition as WordPieceDefinition, library);
    case 'BPE':
      return bytePairPipeline(definition as BytePairDefinition, library);
    case 'Unigram':
      return unigramPipeline(definition as UnigramDefinition);
  }
}

function wordPiecePipeline(
  definition: WordPieceDefinition,
  { pre_tokenizer: preTokenize }: PreTrainedTokenizer,
): Pipeline {
  if (preTokenize === null) throw new StartupError('The tokenizer has no pre-tokenizer');
  const normalize = bertNormalizer(definition.normalizer);
  const wordPiece = new WordPiece(definition.model);
  return {
    cut: BERT_CUT,
    unknownId: wordPiece.unknownId,
    encode: (chunk) => wordPiece.encode(preTokenize(normalize(chunk), { section_index: 0 })),
  };
}

function bytePairPipeline(
  { pre_tokenizer: { add_prefix_space: addsPrefixSpace } }: BytePairDefinition,
  { model }: PreTrainedTokenizer,
): Pipeline {
  model.cache = new LRUCache<string, string[]>({
    maxSize: WORD_CACHE_CHARACTERS,
    sizeCalculation: (_pieces, word) => 2 * word.length + 1,
  });
  return {
    cut: SPACE_CUT,
    unknownId: null,
    encode: (chunk) =>
      model.convert_tokens_to_ids(model(byteLevelWords(chunk, addsPrefixSpace))).map((id) => {
        if (id === undefined) throw new Error('The tokenizer made a token without an id');
        return id;
      }),
  };
}
