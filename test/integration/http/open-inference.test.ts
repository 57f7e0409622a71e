/** The Open Inference Protocol, with the request shapes of its published text. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ limits: { texts: 4, textCharacters: 20 } });
});
afterAll(() => app.stop());

const MODEL = '/v2/models/fake-model';
const VERSION = `${MODEL}/versions/0123456789ab`;
const text = (overrides: object = {}) => ({
  name: 'text',
  shape: [2],
  datatype: 'BYTES',
  data: ['good', 'bad'],
  ...overrides,
});
const binary = (binary_data_size: number) =>
  text({ data: undefined, parameters: { binary_data_size } });
const infer = (body: unknown, path = `${MODEL}/infer`) =>
  app.call(path, { body, headers: AS_CALLER });

describe('metadata', () => {
  it.each(['/v2', '/v2/'])('of the server is at %s', async (path) => {
    expect((await app.call(path)).json).toEqual({
      name: 'tweet-sentiment-service',
      version: '1.2.3',
      extensions: ['binary_tensor_data'],
    });
  });

  it.each([MODEL, VERSION])('of the model is at %s', async (path) => {
    expect((await app.call(path)).json).toEqual({
      name: 'fake-model',
      versions: ['0123456789ab'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
      properties: { labels: 'negative,neutral,positive' },
    });
  });
});

describe('inference', () => {
  it.each([`${MODEL}/infer`, `${VERSION}/infer`])('at %s', async (path) => {
    const { status, json } = await infer({ id: '42', inputs: [text()] }, path);
    expect(status).toBe(200);
    expect(json).toEqual({
      model_name: 'fake-model',
      model_version: '0123456789ab',
      id: '42',
      outputs: [
        {
          name: 'probabilities',
          datatype: 'FP32',
          shape: [2, 3],
          data: [0.05, 0.05, 0.9, 0.05, 0.05, 0.9],
        },
      ],
    });
  });

  it.each([
    ['without an id', { inputs: [text()] }],
    ['with parameters', { parameters: { a: 'b', c: 1, d: true }, inputs: [text()] }],
    ['with parameters of the input', { inputs: [text({ parameters: { content_type: 'str' } })] }],
    ['with the output named', { inputs: [text()], outputs: [{ name: 'probabilities' }] }],
    ['as kserve sends it', { id: '1', model_name: 'm', inputs: [text()] }],
    [
      'with null for what is absent',
      { id: null, parameters: null, inputs: [text({ parameters: null })], outputs: null },
    ],
    ['with no output named', { inputs: [text()], outputs: [] }],
    ['with a column of texts', { inputs: [text({ shape: [2, 1] })] }],
    ['with a nested column', { inputs: [text({ shape: [2, 1], data: [['good'], ['bad']] })] }],
  ])('%s', async (_case, body) => {
    expect((await infer(body)).status).toBe(200);
    expect(app.model.asked.at(-1)).toEqual(['good', 'bad']);
  });

  it('reads a body without a content type as JSON, as tritonclient sends it', async () => {
    const answer = await app.app.inject({
      method: 'POST',
      url: `${MODEL}/infer`,
      headers: AS_CALLER,
      payload: JSON.stringify({ inputs: [text()], outputs: [{ name: 'probabilities' }] }),
    });
    expect([answer.statusCode, answer.json().outputs[0].shape]).toEqual([200, [2, 3]]);
  });

  it('fails a request with texts that the model fails on, and names every row', async () => {
    const data = ['good', 'a banana split', 'fine', 'banana'];
    const { status, json } = await infer({ inputs: [text({ shape: [4], data })] });
    const error =
      'data[1], data[3] of "text": The model failed to score the text; leave it out and report it.';
    expect([status, json]).toEqual([500, { error }]);
  });

  it('fails a request with texts that have nothing to score, and names every row', async () => {
    app.model.unscorable = true;
    const { status, json } = await infer({ inputs: [text()] });
    app.model.unscorable = false;
    const error = 'data[0], data[1] of "text": The text has nothing to score; leave it out.';
    expect([status, json]).toEqual([422, { error }]);
  });

  it('returns no id when there was none', async () => {
    expect((await infer({ inputs: [text()] })).json).not.toHaveProperty('id');
  });

  it.each([
    ['no inputs', {}],
    ['empty inputs', { inputs: [] }],
    ['inputs of another type', { inputs: text() }],
    ['another input', { inputs: [text({ name: 'image' })] }],
    ['a second input', { inputs: [text(), text()] }],
    ['another datatype', { inputs: [text({ datatype: 'FP32' })] }],
    ['no shape', { inputs: [{ name: 'text', datatype: 'BYTES', data: ['a'] }] }],
    ['an empty shape', { inputs: [text({ shape: [] })] }],
    ['a shape of nothing', { inputs: [text({ shape: [0], data: [] })] }],
    ['a negative shape', { inputs: [text({ shape: [-1] })] }],
    ['a fractional shape', { inputs: [text({ shape: [1.5] })] }],
    ['a shape with another count', { inputs: [text({ shape: [3] })] }],
    ['a wide shape', { inputs: [text({ shape: [1, 2] })] }],
    ['a deep shape', { inputs: [text({ shape: [2, 1, 1] })] }],
    ['nested data for a flat shape', { inputs: [text({ data: [['good'], ['bad']] })] }],
    ['deeply nested data', { inputs: [text({ shape: [2, 1], data: [[['good']], [['bad']]] })] }],
    ['a number for a text', { inputs: [text({ data: ['good', 1] })] }],
    ['a blank text', { inputs: [text({ data: ['good', ' '] })] }],
    ['too long a text', { inputs: [text({ data: ['good', 'a'.repeat(21)] })] }],
    ['too many texts', { inputs: [text({ shape: [5], data: Array(5).fill('a') })] }],
    ['another output', { inputs: [text()], outputs: [{ name: 'logits' }] }],
    [
      'an output as classification',
      { inputs: [text()], outputs: [{ name: 'probabilities', parameters: { classification: 3 } }] },
    ],
    ['shared memory', { inputs: [text({ parameters: { shared_memory_region: 'r' } })] }],
    ['no data', { inputs: [text({ data: undefined })] }],
    ['no data, as null', { inputs: [text({ data: null })] }],
    ['the size of a binary tensor that is absent', { inputs: [binary(10)] }],
    ['a negative size of a binary tensor', { inputs: [binary(-1)] }],
    [
      'data and the size of a binary tensor',
      { inputs: [text({ parameters: { binary_data_size: 0 } })] },
    ],
    ['an unknown property', { inputs: [text()], input: [] }],
    ['a parameter that is an object', { inputs: [text({ parameters: { a: {} } })] }],
    ['a number for an id', { id: 42, inputs: [text()] }],
    ['malformed JSON', '{"inputs"'],
  ])('refuses %s', async (_case, body) => {
    const { status, json } = await infer(body);
    expect(status).toBe(400);
    expect(json).toEqual({ error: expect.stringMatching(/\w+/) });
  });

  it.each([
    `${MODEL.replace('fake', 'other')}/infer`,
    `${MODEL}/versions/1/infer`,
    `${MODEL}/versions/1`,
    `${MODEL}/versions/1/ready`,
    '/v2/models/other/ready',
    '/v2/models',
    '/v2/nothing',
  ])('answers 404 at %s', async (path) => {
    const call = path.endsWith('infer')
      ? { headers: AS_CALLER, body: { inputs: [text()] } }
      : { headers: AS_CALLER };
    const { status, json } = await app.call(path, call);
    expect([status, json]).toEqual([404, { error: expect.any(String) }]);
  });

  it('measures texts in characters', async () => {
    const data = ['😀'.repeat(20), 'a'];
    expect((await infer({ inputs: [text({ data })] })).status).toBe(200);
  });
});
