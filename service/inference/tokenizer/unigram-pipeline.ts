import { type Pipeline, SPACE_CUT } from './pipeline.ts';
import { PrecompiledNormalizer } from './precompiled-normalizer.ts';
import type { UnigramDefinition } from './tokenizer-definition.ts';
import { Unigram } from './unigram.ts';

type Normalizer = (text: string) => string;
type NormalizerDefinition = Exclude<
  NonNullable<UnigramDefinition['normalizer']>,
  { type: 'Sequence' }
>;

const SPACES = /\p{White_Space}+/u;
const WORDS = /▁[^▁]*/g;

/** The tokenizers of XLM-RoBERTa and CamemBERT: SentencePiece's character map, then its unigram model. */
export function unigramPipeline(definition: UnigramDefinition): Pipeline {
  const normalize = normalizerOf(definition.normalizer);
  const splitsAtSpaces = definition.pre_tokenizer.type === 'Sequence';
  const special = definition.added_tokens.filter((token) => token.special);
  const unigram = new Unigram(definition.model, new Set(special.map((token) => token.content)));
  return {
    cut: SPACE_CUT,
    unknownId: unigram.unknownId,
    encode: (chunk) => {
      const ids: number[] = [];
      const text = normalize(chunk);
      for (const part of splitsAtSpaces ? text.split(SPACES) : [text]) {
        if (part === '') continue;
        for (const word of words(part)) unigram.encode(word, ids);
      }
      return ids;
    },
  };
}

/** Words that each begin with the mark of a space. */
function words(text: string): readonly string[] {
  const marked = text.replaceAll(' ', '▁');
  return (marked.startsWith('▁') ? marked : `▁${marked}`).match(WORDS) ?? [];
}

function normalizerOf(definition: UnigramDefinition['normalizer']): Normalizer {
  if (definition === null) return (text) => text;
  const parts = definition.type === 'Sequence' ? definition.normalizers : [definition];
  const steps = parts.map(step);
  return (text) => steps.reduce((normalized, apply) => apply(normalized), text);
}

function step(definition: NormalizerDefinition): Normalizer {
  switch (definition.type) {
    case 'Precompiled': {
      const map = new PrecompiledNormalizer(definition.precompiled_charsmap);
      return (text) => map.normalize(text);
    }
    case 'Strip': {
      const { strip_left: left, strip_right: right } = definition;
      return (text) => {
        const stripped = left ? text.replace(/^\p{White_Space}+/u, '') : text;
        return right ? stripped.replace(/\p{White_Space}+$/u, '') : stripped;
      };
    }
    case 'Replace':
      return (text) => text.replace(/ {2,}/g, () => definition.content);
  }
}
