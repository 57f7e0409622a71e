/**
 * The extension binary_tensor_data: tensors follow the JSON object in the body, and a header gives
 * the length of the JSON object.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CallerError } from '../../../domain/errors.ts';
import { decodeUtf8 } from './binary-tensors.ts';
import { INPUT } from './model.ts';
import type { InferRequest } from './schemas.ts';

export const BINARY_TYPE = 'application/octet-stream';
export const JSON_LENGTH_HEADER = 'inference-header-content-length';

declare module 'fastify' {
  interface FastifyRequest {
    /** Bytes of the body after its JSON object; undefined if the body is JSON alone. */
    tensorBytes: Buffer | undefined;
  }
}

/**
 * Chooses the parser of a body. tritonclient sends no Content-Type, so a body without one is
 * examined (RFC 9110, section 8.3): the header of the extension says if tensors follow the JSON.
 */
export async function acceptClientBodies({ headers }: FastifyRequest): Promise<void> {
  const type = headers['content-type'];
  if (headers[JSON_LENGTH_HEADER] === undefined) headers['content-type'] ??= 'application/json';
  else if (type === undefined || /^application\/json\b/i.test(type)) {
    headers['content-type'] = BINARY_TYPE;
  }
}

/** Parses bodies with tensors: the JSON becomes the body, the rest `tensorBytes`. */
export function addBinaryBodyParser(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.decorateRequest('tensorBytes', undefined);
  app.addContentTypeParser(BINARY_TYPE, async (request: FastifyRequest) => {
    const body = await app.readBody(request);
    const length = jsonLength(request.headers[JSON_LENGTH_HEADER], body.length);
    if (length === 0) return rawRequest(body);
    request.tensorBytes = body.subarray(length);
    const json = decodeUtf8(body.subarray(0, length), 'The JSON of the body');
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    void parseJson(request, json, (error, parsed) =>
      error ? reject(notJson(length)) : resolve(parsed),
    );
    return promise;
  });
}

/** The length of the JSON object; without the header it is the whole body. */
function jsonLength(header: string | string[] | undefined, bodyLength: number): number {
  if (header === undefined) return bodyLength;
  const length = /^\d{1,10}$/.test(String(header)) ? Number(header) : Infinity;
  if (length <= bodyLength) return length;
  throw new CallerError(
    'invalid_request',
    `${JSON_LENGTH_HEADER} must be the length of the JSON in bytes, from 0 to ${bodyLength}.`,
  );
}

/** A raw request, whose JSON has the length 0: the body is one text, without its length. */
function rawRequest(body: Buffer): InferRequest {
  const data = [decodeUtf8(body, 'The body')];
  return { inputs: [{ ...INPUT, shape: [1], data }], parameters: { binary_data_output: true } };
}

function notJson(length: number): CallerError {
  return new CallerError(
    'invalid_request',
    `The first ${length} bytes of the body are not valid JSON; ` +
      `${JSON_LENGTH_HEADER} must be the length of the JSON in bytes.`,
  );
}
