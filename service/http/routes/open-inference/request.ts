import { CallerError } from '../../../domain/errors.ts';
import type { HttpLimits } from '../../limits.ts';
import { requireTextWithin } from '../../text-limit.ts';
import { INPUT, OUTPUT } from './model.ts';
import type { InferRequest } from './schemas.ts';

/**
 * The texts of a request of the Open Inference Protocol.
 *
 * @throws CallerError if the tensors do not fit the model or exceed the limits
 */
export function textsOf({ inputs, outputs }: InferRequest, limits: HttpLimits): string[] {
  const [input, ...others] = inputs;
  if (input?.name !== INPUT.name || others.length > 0) {
    throw invalid('inputs must have exactly one tensor, named "text".');
  }
  if (input.datatype !== INPUT.datatype) throw invalid('The datatype of "text" must be BYTES.');
  if (outputs?.some(({ name }) => name !== OUTPUT.name)) {
    throw invalid('The only supported output is "probabilities".');
  }
  const count = countOf(input.shape);
  if (count > limits.texts) {
    throw new CallerError(
      'batch_too_large',
      `The request has more than ${limits.texts} texts; send several requests.`,
    );
  }
  if (input.data.length !== count) {
    throw invalid('The shape of "text" must match the number of its data.');
  }
  return input.data.map((datum, index) => textOf(datum, index, input.shape.length, limits));
}

/** Accepts a list of strings, or a column of them, as many clients send it. */
function countOf(shape: readonly number[]): number {
  const [count = 0, width = 1] = shape;
  if (count < 1 || width !== 1 || shape.length > 2) {
    throw invalid('The shape of "text" must be [n] or [n, 1], with n at least 1.');
  }
  return count;
}

function textOf(datum: unknown, index: number, rank: number, limits: HttpLimits): string {
  const text = rank === 2 && Array.isArray(datum) && datum.length === 1 ? datum[0] : datum;
  if (typeof text !== 'string') throw invalid(`data[${index}] of "text" must be a string.`);
  if (!/\S/.test(text)) throw invalid(`data[${index}] of "text" is empty or blank.`);
  requireTextWithin(limits.textCharacters, text, `data[${index}] of "text"`);
  return text;
}

function invalid(message: string): CallerError {
  return new CallerError('invalid_request', message);
}
