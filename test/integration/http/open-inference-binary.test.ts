/** The extension binary_tensor_data of the Open Inference Protocol. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeTexts,
  encodeFp32,
} from '../../../service/http/routes/open-inference/binary-tensors.ts';
import { unicodeString } from '../../helpers/unicode-string.ts';
import type { Answer } from './helpers/http-client.ts';
import { AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ limits: { texts: 4, textCharacters: 20, bodyBytes: 2_000 } });
});
afterAll(() => app.stop());

const PATH = '/v2/models/fake-model/infer';
const OCTETS = { 'content-type': 'application/octet-stream' };

/** A BYTES tensor, as the specification describes it. */
function encode(texts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

interface Parts {
  readonly tensor?: Buffer;
  readonly count?: number;
  readonly size?: number;
  readonly extra?: object;
}

/** The JSON of a request for a tensor. */
function jsonFor({ tensor = encode(['good', 'bad']), count = 2, size, extra }: Parts): Buffer {
  const parameters = { binary_data_size: size ?? tensor.length };
  const input = { name: 'text', shape: [count], datatype: 'BYTES', parameters };
  return Buffer.from(JSON.stringify({ inputs: [input], ...extra }));
}

function send(body: Buffer, jsonLength?: number | string, headers: object = OCTETS) {
  return app.call(PATH, {
    body,
    headers: {
      ...AS_CALLER,
      ...headers,
      ...(jsonLength !== undefined && { 'inference-header-content-length': String(jsonLength) }),
    },
  });
}

function infer(parts: Parts = {}): Promise<Answer> {
  const { tensor = encode(['good', 'bad']) } = parts;
  const json = jsonFor(parts);
  return send(Buffer.concat([json, tensor]), json.length);
}

/** The JSON and the FP32 tensor of a binary answer. */
function read({ bytes, headers }: Answer) {
  const length = Number(headers['inference-header-content-length']);
  const tensor = bytes.subarray(length);
  const values = Array.from({ length: tensor.length / 4 }, (_, i) => tensor.readFloatLE(4 * i));
  return { json: JSON.parse(bytes.subarray(0, length).toString()), values };
}

const f32 = (values: readonly number[]) => values.map(Math.fround);

describe('a binary input', () => {
  it.each([
    ['as application/octet-stream', OCTETS],
    ['as JSON', { 'content-type': 'application/json' }],
  ])('is read from a body sent %s', async (_case, headers) => {
    const json = jsonFor({});
    const body = Buffer.concat([json, encode(['good', 'bad'])]);
    const { status, json: answer } = await send(body, json.length, headers);
    expect([status, answer.outputs[0].shape]).toEqual([200, [2, 3]]);
    expect(app.model.asked.at(-1)).toEqual(['good', 'bad']);
  });

  it('is read from a body without a content type, as tritonclient sends it', async () => {
    const json = jsonFor({});
    const { statusCode } = await app.app.inject({
      method: 'POST',
      url: PATH,
      headers: { ...AS_CALLER, 'inference-header-content-length': String(json.length) },
      payload: Buffer.concat([json, encode(['good', 'bad'])]),
    });
    expect([statusCode, app.model.asked.at(-1)]).toEqual([200, ['good', 'bad']]);
  });

  it('may be a column', async () => {
    const input = { name: 'text', shape: [2, 1], datatype: 'BYTES' };
    const tensor = encode(['good', 'bad']);
    const parameters = { binary_data_size: tensor.length };
    const json = Buffer.from(JSON.stringify({ inputs: [{ ...input, parameters }] }));
    expect((await send(Buffer.concat([json, tensor]), json.length)).status).toBe(200);
    expect(app.model.asked.at(-1)).toEqual(['good', 'bad']);
  });

  it('keeps every character of its texts', async () => {
    const texts = ['\ufeffgood', 'a\0b', '😀'.repeat(20)];
    expect((await infer({ tensor: encode(texts), count: 3 })).status).toBe(200);
    expect(app.model.asked.at(-1)).toEqual(texts);
  });

  it('may be JSON in a body of application/octet-stream', async () => {
    const input = { name: 'text', shape: [1], datatype: 'BYTES', data: ['good'] };
    const json = Buffer.from(JSON.stringify({ inputs: [input] }));
    expect((await send(json)).status).toBe(200);
    expect((await send(json, json.length)).status).toBe(200);
  });

  it.each<[string, Parts, RegExp]>([
    ['a text cut short', { tensor: encode(['good', 'bad']).subarray(0, -1) }, /Element 1 .* ends/],
    ['a length cut short', { tensor: encode(['good']).subarray(0, 3), count: 1 }, /Element 0/],
    ['a length of 4 GiB', { tensor: Buffer.alloc(8, 0xff), count: 1 }, /Element 0/],
    ['fewer texts than its shape', { count: 3 }, /Element 2/],
    ['more texts than its shape', { count: 1 }, /15 bytes, but its 1 elements have 8/],
    ['bytes beyond its size', { size: 8, count: 1 }, /15 bytes follow the JSON/],
    ['fewer bytes than its size', { size: 16 }, /15 bytes follow the JSON/],
    ['a size that is text', { extra: { inputs: [input({ binary_data_size: '15' })] } }, /integer/],
    ['no size', { extra: { inputs: [input({})] } }, /binary_data_size of "text" is absent/],
    ['invalid UTF-8', { tensor: encode(['good', Buffer.from([0xc3])]) }, /Element 1 .* UTF-8/],
    ['a surrogate in UTF-8', { tensor: encode([Buffer.from('eda080', 'hex')]), count: 1 }, /UTF-8/],
    ['a blank text', { tensor: encode(['good', ' ']) }, /empty or blank/],
    ['an empty text', { tensor: encode(['good', '']) }, /empty or blank/],
    ['too long a text', { tensor: encode(['a'.repeat(21)]), count: 1 }, /more than 20 characters/],
    ['too many texts', { tensor: encode(Array(5).fill('a')), count: 5 }, /more than 4 texts/],
    ['a huge shape', { count: Number.MAX_SAFE_INTEGER }, /more than 4 texts/],
  ])('with %s is refused', async (_case, parts, message) => {
    const { status, json } = await infer(parts);
    expect([status, json]).toEqual([400, { error: expect.stringMatching(message) }]);
  });

  it('larger than a body may be is refused', async () => {
    expect((await infer({ tensor: Buffer.alloc(2_000) })).status).toBe(413);
  });

  it.each(['x', '-1', '1e1', '1.5', '99999', '99999999999999', '1, 2'])(
    'is refused when the header for the length of the JSON is %j',
    async (length) => {
      const { status, json } = await send(jsonFor({}), length);
      expect([status, json.error]).toEqual([400, expect.stringContaining('length of the JSON')]);
    },
  );

  it.each([
    ['too short', -1],
    ['too long', 1],
  ])('is refused when the length of the JSON is %s', async (_case, change) => {
    const json = jsonFor({});
    const body = Buffer.concat([json, encode(['good', 'bad'])]);
    const { status, json: answer } = await send(body, json.length + change);
    expect([status, answer.error]).toEqual([400, expect.stringContaining('not valid JSON')]);
  });

  it('is refused when its JSON is not UTF-8', async () => {
    expect((await send(Buffer.from([0x22, 0xff, 0x22]), 3)).status).toBe(400);
  });

  it('is refused as another content type', async () => {
    const json = jsonFor({});
    const { status } = await send(json, json.length, { 'content-type': 'text/plain' });
    expect(status).toBe(415);
  });
});

function input(parameters: object) {
  return { name: 'text', shape: [2], datatype: 'BYTES', parameters };
}

describe('a raw request, whose JSON has the length 0,', () => {
  it('is one text, and its answer is binary', async () => {
    const answer = await send(Buffer.from('a good dày'), 0);
    expect(answer.status).toBe(200);
    expect(read(answer).json.outputs[0].shape).toEqual([1, 3]);
    expect(app.model.asked.at(-1)).toEqual(['a good dày']);
  });

  it.each([
    ['nothing', Buffer.from('')],
    ['invalid UTF-8', Buffer.from([0xff])],
    ['too long a text', Buffer.from('a'.repeat(21))],
  ])('is refused with %s', async (_case, body) => {
    expect((await send(body, 0)).status).toBe(400);
  });
});

describe('a binary output', () => {
  const outputs = (binary_data: boolean) => [
    { name: 'probabilities', parameters: { binary_data } },
  ];
  const parameters = { binary_data_output: true };

  it('follows the JSON of the answer', async () => {
    const answer = await infer({ extra: { id: '7', outputs: outputs(true) } });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
    expect(read(answer)).toEqual({
      json: {
        model_name: 'fake-model',
        model_version: '0123456789ab',
        id: '7',
        outputs: [
          {
            name: 'probabilities',
            datatype: 'FP32',
            shape: [2, 3],
            parameters: { binary_data_size: 24 },
          },
        ],
      },
      values: f32([0.05, 0.05, 0.9, 0.05, 0.05, 0.9]),
    });
  });

  it.each<[string, object, boolean]>([
    ['by the output', { outputs: outputs(true) }, true],
    ['by the request', { parameters }, true],
    [
      'by the request, with an output named',
      { parameters, outputs: [{ name: 'probabilities' }] },
      true,
    ],
    ['by the request, but not by the output', { parameters, outputs: outputs(false) }, false],
    ['nowhere', {}, false],
  ])('is sent if asked for %s', async (_case, extra, isBinary) => {
    const { headers } = await infer({ extra });
    expect(headers['inference-header-content-length'] !== undefined).toBe(isBinary);
  });

  it('may answer an input in JSON', async () => {
    const body = { inputs: [{ ...input({}), data: ['good', 'bad'] }], parameters };
    const answer = await app.call(PATH, { body, headers: AS_CALLER });
    expect(read(answer).values).toHaveLength(6);
  });
});

describe('properties', () => {
  const text = unicodeString({ maxLength: 40 });

  it('texts of any characters are decoded as they were encoded', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        expect(decodeTexts(encode(texts), texts.length)).toEqual(texts);
      }),
    );
  });

  it('numbers are encoded as IEEE 754 single precision, little-endian', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), (values) => {
        const { buffer, byteOffset, byteLength } = encodeFp32(values);
        const view = new DataView(buffer, byteOffset, byteLength);
        expect(values.map((_, index) => view.getFloat32(4 * index, true))).toEqual(values);
      }),
    );
  });

  it('any bytes are decoded to exactly the number of texts, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 5 }), (bytes, count) => {
        try {
          expect(encode(decodeTexts(Buffer.from(bytes), count))).toEqual(Buffer.from(bytes));
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' });
        }
      }),
    );
  });

  it('a request with any bytes changed is never a failure of the service', async () => {
    const json = jsonFor({ extra: { outputs: [{ name: 'probabilities' }] } });
    const valid = Buffer.concat([json, encode(['good', 'bad'])]);
    const change = fc.record({
      at: fc.nat({ max: valid.length - 1 }),
      remove: fc.nat({ max: 4 }),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(json.length, json.length - 1, json.length + 4, 0),
        async (changes, length) => {
          const body = changes.reduce<Buffer>(
            (bytes, { at, remove, insert }) =>
              Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]),
            valid,
          );
          expect([200, 400]).toContain((await send(body, length)).status);
        },
      ),
      { numRuns: 300 },
    );
  });
});
