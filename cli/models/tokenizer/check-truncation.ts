import Type from 'typebox';
import { SourceError } from '../source.ts';
import { readJsonFile } from './read-json-file.ts';
import { readTokenizerSettings } from './special-tokens.ts';

const Tokenizer = Type.Object({
  truncation: Type.Optional(
    Type.Union([Type.Object({ direction: Type.Optional(Type.String()) }), Type.Null()]),
  ),
});

/**
 * The service keeps the start of a text that is longer than the window.
 *
 * @param folder holds tokenizer.json
 * @throws SourceError if the model's tokenizer keeps the end
 */
export async function checkTruncation(folder: string): Promise<void> {
  const settings = await readTokenizerSettings(folder);
  const tokenizer = await readJsonFile(Tokenizer, folder, 'tokenizer.json');
  // As in transformers, whose tokenizer_config.json takes precedence.
  const side = settings.truncation_side ?? tokenizer?.truncation?.direction;
  if (side?.toLowerCase() !== 'left') return;
  const field = settings.truncation_side
    ? 'truncation_side in tokenizer_config.json'
    : 'truncation.direction in tokenizer.json';
  throw new SourceError(
    `The tokenizer keeps the end of a long text (${field} is "${side}"), but the service keeps its start, so long texts ` +
      'would get other scores than this model gives. If yours fit into the window, change the field to ' +
      `"${side === 'left' ? 'right' : 'Right'}" in a copy of the model, and add the folder`,
    { retryable: false },
  );
}
