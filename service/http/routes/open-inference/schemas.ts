/**
 * The Open Inference Protocol, version 2, over REST:
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import { type Static, type TSchema, Type } from 'typebox';
import type { ModelIdentity } from '../../../domain/sentiment.ts';
import { BYTE_LENGTH } from '../../patterns.ts';
import { MODEL, TEXT_RESULTS, TEXTS } from '../../schemas/examples.ts';

/** Some clients send null where the protocol has the property left out. */
function optional<T extends TSchema>(schema: T) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

const parameterValue = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Parameters of extensions, among others that are ignored. */
function parameters<T extends Record<string, TSchema>>(known: T) {
  return optional(
    Type.Object(known, {
      additionalProperties: parameterValue,
      description: 'Parameters without a description are ignored.',
    }),
  );
}

const shape = Type.Array(Type.Integer({ minimum: 0 }));

const InferInput = Type.Object(
  {
    name: Type.String({ description: '`text`' }),
    shape,
    datatype: Type.String({ description: '`BYTES`' }),
    parameters: parameters({
      binary_data_size: Type.Optional(
        Type.Integer({ minimum: 0, description: 'Bytes of the tensor after the JSON.' }),
      ),
    }),
    data: optional(
      Type.Array(Type.Unknown(), {
        description: 'One string per text, flat or nested by the shape. Absent if binary.',
      }),
    ),
  },
  { additionalProperties: false },
);

export type InferInput = Static<typeof InferInput>;

export type Parameters = Readonly<Record<string, unknown>>;

export const InferRequest = Type.Object(
  {
    id: optional(Type.String({ description: 'Returned unchanged.' })),
    model_name: optional(
      Type.String({ description: 'Ignored: the path names the model. KServe clients send it.' }),
    ),
    parameters: parameters({
      binary_data_output: Type.Optional(
        Type.Boolean({ description: 'Return outputs as binary data.' }),
      ),
    }),
    inputs: Type.Array(InferInput, {
      description: 'One tensor: `text`, BYTES, shape [n] or [n, 1].',
    }),
    outputs: optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ description: '`probabilities`' }),
            parameters: parameters({
              binary_data: Type.Optional(
                Type.Boolean({ description: 'Overrides `binary_data_output`.' }),
              ),
            }),
          },
          { additionalProperties: false },
        ),
        { description: 'Requested outputs; all if absent or empty.' },
      ),
    ),
  },
  {
    $id: 'InferRequest',
    additionalProperties: false,
    examples: [
      {
        id: '42',
        inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: TEXTS.slice(0, 1) }],
      },
    ],
  },
);

export type InferRequest = Static<typeof InferRequest>;

export const InferHeaders = Type.Object({
  'inference-header-content-length': Type.Optional(
    Type.String({
      pattern: BYTE_LENGTH,
      description: 'Length of the JSON in bytes, if tensors follow it.',
    }),
  ),
});

export const BinaryBody = Type.Unsafe<Buffer>({
  type: 'string',
  format: 'binary',
  description: 'InferResponse in JSON, then the tensor: FP32, little-endian, in row-major order.',
});

export const InferResponse = Type.Object(
  {
    model_name: Type.String(),
    model_version: Type.String(),
    id: Type.Optional(Type.String()),
    outputs: Type.Array(
      Type.Object({
        name: Type.String(),
        shape: Type.Array(Type.Integer()),
        datatype: Type.String(),
        parameters: Type.Optional(
          Type.Object({
            binary_data_size: Type.Integer({ description: 'Bytes of the tensor after the JSON.' }),
          }),
        ),
        data: Type.Optional(
          Type.Array(Type.Number(), { description: 'Absent if the output is binary.' }),
        ),
      }),
    ),
  },
  {
    $id: 'InferResponse',
    description: 'Probabilities in row-major order: negative, neutral, positive per text.',
    examples: [
      {
        model_name: MODEL.name,
        model_version: MODEL.revision,
        id: '42',
        outputs: [
          {
            name: 'probabilities',
            shape: [1, 3],
            datatype: 'FP32',
            data: Object.values(TEXT_RESULTS[0].scores),
          },
        ],
      },
    ],
  },
);

export type InferResponse = Static<typeof InferResponse>;

export const ServerMetadata = Type.Object(
  { name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) },
  {
    $id: 'ServerMetadata',
    examples: [
      {
        name: 'tweet-sentiment-service',
        version: '0.2.0',
        extensions: ['binary_tensor_data'],
      },
    ],
  },
);

const tensor = Type.Object({
  name: Type.String(),
  datatype: Type.String(),
  shape: Type.Array(Type.Integer(), { description: '-1 for a dimension of any size.' }),
});

export const ModelMetadata = Type.Object(
  {
    name: Type.String(),
    versions: Type.Array(Type.String()),
    platform: Type.String(),
    inputs: Type.Array(tensor),
    outputs: Type.Array(tensor),
    properties: Type.Object({
      labels: Type.String({ description: 'Names of the columns of `probabilities`, in order.' }),
    }),
  },
  {
    $id: 'ModelMetadata',
    examples: [
      {
        name: MODEL.name,
        versions: [MODEL.revision],
        platform: 'onnx_onnxv1',
        inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
        outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
        properties: { labels: 'negative,neutral,positive' },
      },
    ],
  },
);

export type ModelMetadata = Static<typeof ModelMetadata>;

export const ServerLive = Type.Object(
  { live: Type.Boolean() },
  {
    $id: 'ServerLive',
    examples: [{ live: true }],
  },
);

export const ServerReady = Type.Object(
  {
    live: Type.Boolean({ description: "Name of this field in the protocol's text." }),
    ready: Type.Boolean({ description: 'Name of this field in common servers.' }),
  },
  { $id: 'ServerReady', examples: [{ live: true, ready: true }] },
);

export const ModelReady = Type.Object(
  { name: Type.String(), ready: Type.Boolean() },
  { $id: 'ModelReady', examples: [{ name: MODEL.name, ready: true }] },
);

export function modelParams({ name }: ModelIdentity) {
  return Type.Object({
    name: Type.String({ description: 'Name of the served model.', examples: [name] }),
  });
}

export function modelVersionParams({ name, revision }: ModelIdentity) {
  return Type.Object({
    name: Type.String({ description: 'Name of the served model.', examples: [name] }),
    version: Type.String({ description: 'Revision of the served model.', examples: [revision] }),
  });
}
