import { isOfFamily } from '../../../service/inference/tokenizer/added-tokens.ts';
import { SourceError } from '../source.ts';
import { type NamedToken, readAddedTokens } from './added-tokens.ts';
import type { SpecialTokens } from './special-tokens.ts';

/** Ids of tokens by their contents. */
export type Ids = Readonly<Record<string, number>>;

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

/**
 * The special tokens that have a role, and those that were added to the vocabulary, for a
 * tokenizer.json; and the ids of all.
 *
 * @throws SourceError when one has no id, or another one than the files name
 */
export async function addTokens(
  folder: string,
  tokens: SpecialTokens,
  vocabulary: Ids,
): Promise<{ added: AddedToken[]; ids: Ids }> {
  const roles = new Set(Object.values(tokens));
  const placed = placeAddedTokens(await readAddedTokens(folder), vocabulary, roles);
  const ids = {
    ...vocabulary,
    ...Object.fromEntries(placed.map(({ content, id }) => [content, id])),
  };
  const others = placed.filter(({ content }) => !roles.has(content) && !isOfFamily(content));
  const added = [...withRole(tokens, ids), ...others].sort((a, b) => a.id - b.id);
  return { added, ids };
}

function withRole(tokens: SpecialTokens, ids: Ids): AddedToken[] {
  return Object.entries(tokens)
    .filter(([role]) => role !== 'mask' || ids[tokens.mask] !== undefined)
    .map(([role, content]) => {
      const id = ids[content];
      if (id === undefined) {
        throw new SourceError(
          `The vocabulary lacks the special token "${content}"; tokenizer_config.json or special_tokens_map.json may name it`,
          { retryable: false },
        );
      }
      const lstrip = role === 'mask';
      return {
        id,
        content,
        special: true,
        single_word: false,
        lstrip,
        rstrip: false,
        normalized: false,
      };
    });
}

/**
 * Gives added tokens the ids that transformers gives them: that of the vocabulary, else the next
 * free one.
 *
 * @param roles contents of the special tokens that have a role, such as the padding
 * @throws SourceError when the files name another id
 */
function placeAddedTokens(
  named: readonly NamedToken[],
  vocabulary: Ids,
  roles: ReadonlySet<string>,
): AddedToken[] {
  let free = Object.keys(vocabulary).length;
  return named.map(({ content, id: stated, ...flags }) => {
    const id = Object.hasOwn(vocabulary, content) ? (vocabulary[content] ?? free) : free;
    if (stated !== undefined && stated !== id) {
      throw new SourceError(
        `The added token ${JSON.stringify(content)} has the id ${stated}, but transformers gives it ${id}: ` +
          'the vocabulary has another size, or holds the token. Load the tokenizer with transformers, check its ids, ' +
          'and save it as tokenizer.json',
        { retryable: false },
      );
    }
    free = Math.max(free, id + 1);
    const special = flags.special ?? roles.has(content);
    return {
      id,
      content,
      special,
      single_word: flags.single_word ?? false,
      lstrip: flags.lstrip ?? false,
      rstrip: flags.rstrip ?? false,
      normalized: flags.normalized ?? !special,
    };
  });
}
