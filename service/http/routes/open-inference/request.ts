import type { HttpLimits } from '../../../contract/http.ts';
import { CallerError } from '../../../domain/errors.ts';
import { requireTextWithin } from '../../text-limit.ts';
import { decodeTexts } from './binary-tensors.ts';
import { INPUT, OUTPUT } from './model.ts';
import type { InferInput, InferRequest, Parameters } from './schemas.ts';

/** Extensions that would change the answer, by the parameter that asks for them. */
const UNSUPPORTED = {
  classification: 'classification',
  shared_memory_region: 'shared memory',
} as const;

/**
 * The texts of a request of the Open Inference Protocol.
 *
 * @param tensorBytes bytes that follow the JSON of the body; undefined if there are none
 * @throws CallerError if the tensors do not fit the model or exceed the limits
 */
export function textsOf(
  { inputs, outputs }: InferRequest,
  tensorBytes: Buffer | undefined,
  limits: HttpLimits,
): string[] {
  const [input, ...others] = inputs;
  if (input?.name !== INPUT.name || others.length > 0) {
    throw invalid('inputs must have exactly one tensor, named "text".');
  }
  if (input.datatype !== INPUT.datatype) throw invalid('The datatype of "text" must be BYTES.');
  if (outputs?.some(({ name }) => name !== OUTPUT.name)) {
    throw invalid('The only supported output is "probabilities".');
  }
  for (const { parameters } of [input, ...(outputs ?? [])]) refuseOtherExtensions(parameters);
  const count = countOf(input.shape);
  if (count > limits.texts) {
    throw new CallerError(
      'batch_too_large',
      `The request has more than ${limits.texts} texts; send several requests.`,
    );
  }
  const data = dataOf(input, count, tensorBytes);
  if (data.length !== count) {
    throw invalid('The shape of "text" must match the number of its data.');
  }
  return data.map((datum, index) => textOf(datum, index, input.shape.length, limits));
}

/** True if the caller asks for the output as binary data. */
export function wantsBinary({ outputs, parameters }: InferRequest): boolean {
  return outputs?.[0]?.parameters?.binary_data ?? parameters?.binary_data_output ?? false;
}

function refuseOtherExtensions(parameters: Parameters | null | undefined): void {
  for (const [parameter, extension] of Object.entries(UNSUPPORTED)) {
    if (parameters && Object.hasOwn(parameters, parameter)) {
      throw invalid(`The extension for ${extension} is not supported; omit "${parameter}".`);
    }
  }
}

/** Accepts a list of strings, or a column of them, as many clients send it. */
function countOf(shape: readonly number[]): number {
  const [count = 0, width = 1] = shape;
  if (count < 1 || width !== 1 || shape.length > 2) {
    throw invalid('The shape of "text" must be [n] or [n, 1], with n at least 1.');
  }
  return count;
}

/** The elements of the input, from the JSON or from the bytes after it. */
function dataOf(
  { data, parameters }: InferInput,
  count: number,
  tensorBytes: Buffer = Buffer.alloc(0),
): readonly unknown[] {
  const size = parameters?.binary_data_size;
  if (size !== undefined && data) {
    throw invalid('"text" has both data and binary_data_size; send one of them.');
  }
  if ((size ?? 0) !== tensorBytes.length) {
    throw invalid(
      `${tensorBytes.length} bytes follow the JSON, but binary_data_size of "text" is ${size ?? 'absent'}.`,
    );
  }
  if (size !== undefined) return decodeTexts(tensorBytes, count);
  if (!data) throw invalid('"text" has neither data nor binary_data_size; send one of them.');
  return data;
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
