import { isOfFamily } from '../../../service/inference/tokenizer/added-tokens.ts';
import type { TokenizerDefinition } from '../../../service/inference/tokenizer/tokenizer-definition.ts';
import { SourceError } from '../source.ts';
import type { Encoder } from '../trial-sequences.ts';

/**
 * Checks the token from which a network counts positions: wherever a text has it, transformers gives it the
 * position of padding, and the converted graph does not.
 *
 * @param padId config.json's pad_token_id
 * @throws SourceError if texts have that token
 */
export async function checkPadding(
  padId: number,
  { definition, unknownId, encode }: Encoder,
): Promise<void> {
  const frame = (await encode('')).ids;
  const use = frame.includes(padId)
    ? 'begins or ends every text'
    : useInTexts(padId, definition, unknownId);
  if (use === undefined) return;
  throw new SourceError(
    `config.json has the pad_token_id ${padId}, which by tokenizer.json ${use}; ` +
      'give it the id of the token for padding, or export the model to ONNX',
    { retryable: false },
  );
}

/** Undefined for a token that no text has, or that only a text has that spells a special token. */
function useInTexts(
  id: number,
  { model, added_tokens }: TokenizerDefinition,
  unknownId: number | null,
): string | undefined {
  if (id === unknownId) return 'stands for unknown words';
  const added = added_tokens.find((token) => token.id === id);
  const piece = added?.content ?? pieceOf(id, model);
  if (piece === undefined || added?.special || isOfFamily(piece)) return undefined;
  // BERT's words end at a bracket, so that no text has `[unused1]`.
  if (added === undefined && model.type === 'WordPiece' && /^\[.+\]$/.test(piece)) return undefined;
  return `is ${JSON.stringify(piece)}, which texts can have`;
}

function pieceOf(id: number, model: TokenizerDefinition['model']): string | undefined {
  if (model.type === 'Unigram') return model.vocab[id]?.[0];
  return Object.entries(model.vocab).find(([, each]) => each === id)?.[0];
}
