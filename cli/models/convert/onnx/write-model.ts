import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ConversionError } from '../conversion-error.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { byteCount, ELEMENT_TYPES, type ElementType, type Initializer } from './initializer.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx-pb.ts';

const IR_VERSION = 9n;
const OPSET = 17n;
const MICROSOFT_OPSET = 1n;

/** Protocol buffers end at 2 GiB, and ONNX Runtime reads no larger file. */
const MAX_BYTES = 2 ** 31 - 1;

export interface TensorType {
  readonly name: string;
  readonly type: ElementType;
  /** A word for a size that is known at run time only. */
  readonly shape: readonly (number | string)[];
}

export interface ModelFile {
  readonly graph: GraphBuilder;
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
}

/**
 * Writes an ONNX file tensor by tensor: no more than one chunk of weights is in memory. The file
 * appears when it is complete.
 *
 * @returns its size in bytes
 * @throws ConversionError when the graph is too large for one file
 */
export async function writeModel(path: string, file: ModelFile): Promise<number> {
  const plan = planModel(file);
  if (plan.bytes > MAX_BYTES) {
    throw new ConversionError(
      `the graph takes ${(plan.bytes / 1e9).toFixed(2)} GB, an ONNX file ends at ${(MAX_BYTES / 1e9).toFixed(2)} GB; use --precision int8, or a smaller model`,
    );
  }
  const partial = `${path}.partial`;
  try {
    await pipeline(Readable.from(plan.chunks(), { objectMode: true }), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return plan.bytes;
}

interface Plan {
  readonly bytes: number;
  readonly chunks: () => AsyncGenerator<Uint8Array>;
}

function planModel({ graph, inputs, outputs }: ModelFile): Plan {
  const model = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'tweet-sentiment-service',
      opsetImport: [{ version: OPSET }, { domain: 'com.microsoft', version: MICROSOFT_OPSET }],
    }),
  );
  const body = toBinary(
    GraphProtoSchema,
    create(GraphProtoSchema, {
      name: 'classifier',
      node: graph.nodes,
      input: inputs.map(toValueInfo),
      output: outputs.map(toValueInfo),
    }),
  );
  const tensors = graph.initializers.map((initializer) => ({
    initializer,
    head: tensorHead(initializer),
  }));
  const graphBytes = tensors.reduce(
    (sum, { initializer, head }) => sum + head.length + byteCount(initializer),
    body.length,
  );
  const { number } = ModelProtoSchema.field.graph;
  const head = graphBytes > MAX_BYTES ? new Uint8Array() : lengthPrefix(number, graphBytes);
  return {
    bytes: model.length + head.length + graphBytes,
    chunks: async function* () {
      yield model;
      yield head;
      yield body;
      for (const tensor of tensors) {
        yield tensor.head;
        yield* values(tensor.initializer);
      }
    },
  };
}

/** All of an initializer but its values: these follow as the message's last field. */
function tensorHead(initializer: Initializer): Uint8Array {
  const description = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, {
      name: initializer.name,
      dims: initializer.shape.map(BigInt),
      dataType: ELEMENT_TYPES[initializer.type],
    }),
  );
  const bytes = byteCount(initializer);
  if (bytes > MAX_BYTES) return new Uint8Array();
  const rawData = lengthPrefix(TensorProtoSchema.field.rawData.number, bytes);
  const tensorBytes = description.length + rawData.length + bytes;
  if (tensorBytes > MAX_BYTES) return new Uint8Array();
  return Buffer.concat([
    lengthPrefix(GraphProtoSchema.field.initializer.number, tensorBytes),
    description,
    rawData,
  ]);
}

function lengthPrefix(field: number, bytes: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(bytes).finish();
}

async function* values(initializer: Initializer): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const { buffer, byteOffset, byteLength } of initializer.chunks()) {
    yield new Uint8Array(buffer, byteOffset, byteLength);
    written += byteLength;
  }
  if (written !== byteCount(initializer)) {
    throw new Error(`${initializer.name} has ${written} bytes, ${byteCount(initializer)} expected`);
  }
}

function toValueInfo({ name, type, shape }: TensorType): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } },
  });
}
