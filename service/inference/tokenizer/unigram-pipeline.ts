import { isOfFamily } from './added-tokens.ts';
import { type Pipeline, SPACE_CUT } from './pipeline.ts';
import { PrecompiledNormalizer } from './precompiled-normalizer.ts';
import type { UnigramDefinition } from './tokenizer-definition.ts';
import { Unigram } from './unigram.ts';

/** Gives the normalized text in parts, each made in one step. */
type Normalizer = (text: string) => Iterable<string>;
type NormalizerDefinition = Exclude<
  NonNullable<UnigramDefinition['normalizer']>,
  { type: 'Sequence' }
>;

const SPACES = /\p{White_Space}+/u;
const WORDS = /▁[^▁]*/g;

/**
 * The tokenizers of XLM-RoBERTa and CamemBERT: SentencePiece's character map, then its unigram model.
 *
 * @param framing ids of the tokens before and after a text, which no text spells
 */
export function unigramPipeline(
  definition: UnigramDefinition,
  framing: readonly number[],
): Pipeline {
  const normalizers = normalizersOf(definition.normalizer);
  const splitsAtSpaces = definition.pre_tokenizer.type === 'Sequence';
  const excluded = definition.added_tokens
    .filter(({ id, content }) => isOfFamily(content) || framing.includes(id))
    .map(({ content }) => content);
  const unigram = new Unigram(definition.model, new Set(excluded));
  return {
    cut: SPACE_CUT,
    unknownId: unigram.unknownId,
    *normalize(text) {
      let normalized = text;
      for (const normalize of normalizers) {
        const parts: string[] = [];
        for (const part of normalize(normalized)) {
          parts.push(part);
          yield '';
        }
        normalized = parts.join('');
      }
      yield normalized;
    },
    *encode(chunk) {
      for (const part of splitsAtSpaces ? chunk.split(SPACES) : [chunk]) {
        if (part === '') continue;
        for (const word of words(part)) yield* unigram.encode(word);
      }
    },
  };
}

/** Words that each begin with the mark of a space. */
function words(text: string): readonly string[] {
  const marked = text.replaceAll(' ', '▁');
  return (marked.startsWith('▁') ? marked : `▁${marked}`).match(WORDS) ?? [];
}

function normalizersOf(definition: UnigramDefinition['normalizer']): readonly Normalizer[] {
  if (definition === null) return [];
  return (definition.type === 'Sequence' ? definition.normalizers : [definition]).map(step);
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
        return [right ? stripped.replace(/\p{White_Space}+$/u, '') : stripped];
      };
    }
    case 'Replace':
      return (text) => [text.replace(/ {2,}/g, () => definition.content)];
  }
}
