import type { PreTrainedTokenizer } from '@xenova/transformers/src/tokenizers.js';
import { StartupError } from '../../domain/errors.ts';
import { bertCut, bertNormalizer } from './bert-normalizer.ts';
import { byteLevelWords } from './byte-level.ts';
import { BytePair } from './byte-pair.ts';
import { chunks, type Pipeline, SPACE_CUT } from './pipeline.ts';
import type {
  BytePairDefinition,
  TokenizerDefinition,
  UnigramDefinition,
  WordPieceDefinition,
} from './tokenizer-definition.ts';
import { unigramPipeline } from './unigram-pipeline.ts';
import { WordPiece } from './word-piece.ts';

/**
 * @param framing ids of the tokens before and after a text, which no text spells
 * @throws StartupError when a part of the definition is damaged
 */
export function createPipeline(
  definition: TokenizerDefinition,
  library: PreTrainedTokenizer,
  framing: readonly number[],
): Pipeline {
  switch (definition.model.type) {
    case 'WordPiece':
      return wordPiecePipeline(definition as WordPieceDefinition, library);
    case 'BPE':
      return bytePairPipeline(definition as BytePairDefinition);
    case 'Unigram':
      return unigramPipeline(definition as UnigramDefinition, framing);
  }
}

function wordPiecePipeline(
  definition: WordPieceDefinition,
  { pre_tokenizer: preTokenize }: PreTrainedTokenizer,
): Pipeline {
  if (preTokenize === null) throw new StartupError('The tokenizer has no pre-tokenizer');
  const normalize = bertNormalizer(definition.normalizer);
  const wordPiece = new WordPiece(definition.model);
  const cut = bertCut(definition.normalizer);
  return {
    cut,
    unknownId: wordPiece.unknownId,
    *normalize(text) {
      for (const chunk of chunks(text, cut)) yield normalize(chunk);
    },
    encode: (chunk) => [wordPiece.encode(preTokenize(chunk, { section_index: 0 }))],
  };
}

function bytePairPipeline({ pre_tokenizer, model }: BytePairDefinition): Pipeline {
  const bytePair = new BytePair(model);
  return {
    cut: SPACE_CUT,
    unknownId: null,
    normalize: (text) => [text],
    encode: (chunk) => bytePair.encode(byteLevelWords(chunk, pre_tokenizer.add_prefix_space)),
  };
}
