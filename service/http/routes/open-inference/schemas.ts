/**
 * The Open Inference Protocol, version 2, over REST:
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import { type Static, type TSchema, Type } from 'typebox';

/** Some clients send null where the protocol has the property left out. */
function optional<T extends TSchema>(schema: T) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

const parameters = optional(
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
    description: 'The protocol defines no parameters; all are ignored.',
  }),
);

const shape = Type.Array(Type.Integer({ minimum: 0 }));

export const InferRequest = Type.Object(
  {
    id: optional(Type.String({ description: 'Returned unchanged.' })),
    model_name: optional(
      Type.String({ description: 'Ignored: the path names the model. KServe clients send it.' }),
    ),
    parameters,
    inputs: Type.Array(
      Type.Object(
        {
          name: Type.String({ description: '`text`' }),
          shape,
          datatype: Type.String({ description: '`BYTES`' }),
          parameters,
          data: Type.Array(Type.Unknown(), {
            description: 'One string per text, flat or nested by the shape.',
          }),
        },
        { additionalProperties: false },
      ),
      { description: 'One tensor: `text`, BYTES, shape [n] or [n, 1].' },
    ),
    outputs: optional(
      Type.Array(
        Type.Object(
          { name: Type.String({ description: '`probabilities`' }), parameters },
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
        inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['I love this phone'] }],
      },
    ],
  },
);

export type InferRequest = Static<typeof InferRequest>;

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
        data: Type.Array(Type.Number()),
      }),
    ),
  },
  {
    $id: 'InferResponse',
    description: 'Probabilities in row-major order: negative, neutral, positive per text.',
    examples: [
      {
        model_name: 'minilm-tweet-sentiment',
        model_version: '1f0c2a9b7d3e',
        id: '42',
        outputs: [
          { name: 'probabilities', shape: [1, 3], datatype: 'FP32', data: [0.01, 0.07, 0.92] },
        ],
      },
    ],
  },
);

export type InferResponse = Static<typeof InferResponse>;

export const ServerMetadata = Type.Object(
  { name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) },
  { $id: 'ServerMetadata' },
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
  { $id: 'ModelMetadata' },
);

export type ModelMetadata = Static<typeof ModelMetadata>;

export const ServerLive = Type.Object({ live: Type.Boolean() }, { $id: 'ServerLive' });

export const ServerReady = Type.Object(
  {
    live: Type.Boolean({ description: 'Field name in the text of the protocol.' }),
    ready: Type.Boolean({ description: 'Field name of the common servers.' }),
  },
  { $id: 'ServerReady' },
);

export const ModelReady = Type.Object(
  { name: Type.String(), ready: Type.Boolean() },
  { $id: 'ModelReady' },
);

export const ModelParams = Type.Object({
  name: Type.String({ description: 'Name of the served model.' }),
});

export const ModelVersionParams = Type.Object({
  name: Type.String({ description: 'Name of the served model.' }),
  version: Type.String({ description: 'Revision of the served model.' }),
});
