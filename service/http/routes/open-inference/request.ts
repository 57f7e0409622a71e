import { CallerError } from '../../../domain/errors.ts';
import type { HttpLimits } from '../../app-deps.ts';
import { INPUT, OUTPUT } from './model.ts';
import type { InferRequest } from './schemas.ts';

/**
 * The texts of an inference request of the Open Inference Protocol.
 *
 * @throws CallerError when the tensors are not those of this model or over the limits.
 */
export function textsOf({ inputs, outputs }: InferRequest, limits: HttpLimits): string[] {
  const [input, ...others] = inputs;
  if (input?.name !== INPUT.name || others.length > 0) {
    throw invalid('inputs must hold one tensor, named "text".');
  }
  if (input.datatype !== INPUT.datatype) throw invalid('The datatype of "text" is BYTES.');
  if (outputs?.some(({ name }) => name !== OUTPUT.name)) {
    throw invalid('The only output is "probabilities".');
  }
  const count = countOf(input.shape);
  if (count > limits.texts) {
    throw new CallerError(
      'batch_too_large',
      `More than ${limits.texts} texts: send several requests.`,
    );
  }
  if (input.data.length !== count) {
    throw invalid('The shape of "text" does not fit the number of its data.');
  }
  return input.data.map((datum, index) => textOf(datum, index, input.shape.length, limits));
}

/** A list of strings, or a column of them, which is how many clients send a list. */
function countOf(shape: readonly number[]): number {
  const [count = 0, width = 1] = shape;
  if (count < 1 || width !== 1 || shape.length > 2) {
    throw invalid('The shape of "text" is [n] or [n, 1], n at least 1.');
  }
  return count;
}

function textOf(datum: unknown, index: number, rank: number, limits: HttpLimits): string {
  const text = rank === 2 && Array.isArray(datum) && datum.length === 1 ? datum[0] : datum;
  if (typeof text !== 'string') throw invalid(`data[${index}] of "text" is not a string.`);
  if (!/\S/.test(text)) throw invalid(`data[${index}] of "text" is empty or blank.`);
  if (text.length > limits.textCharacters && [...text].length > limits.textCharacters) {
    throw new CallerError(
      'text_too_long',
      `data[${index}] of "text" has more than ${limits.textCharacters} characters: shorten it.`,
    );
  }
  return text;
}

function invalid(message: string): CallerError {
  return new CallerError('invalid_request', message);
}
