import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ConversionError } from '../conversion-error.ts';
import type { GraphBuilder } from './graph-builder.ts';
import {
  byteCount,
  ELEMENT_TYPES,
  type ElementType,
  type Initializer,
  valueBytes,
} from './initializer.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx-pb.ts';
import { type PlacedTensor, placeLarge, weightsFile } from './weights-file.ts';

const IR_VERSION = 9n;
const OPSET = 17n;
const MICROSOFT_OPSET = 1n;

/** Number of ONNX's TensorProto.DataLocation. */
const EXTERNAL = 1;

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

export interface WriteOptions {
  /**
   * From this many bytes of large constants on, these are written to PATH.data: ONNX Runtime maps that
   * file, while each session copies the constants of the graph itself. Absent: never.
   */
  readonly weightsBesideFrom?: number;
}

/** The file beside a graph that holds its large constants. */
export function weightsBeside(graph: string): string {
  return `${graph}.data`;
}

/**
 * Writes an ONNX file tensor by tensor: no more than one chunk of weights is in memory. The file
 * appears when it is complete.
 *
 * @returns its size in bytes
 * @throws ConversionError when the graph is too large for one file
 */
export async function writeModel(
  path: string,
  file: ModelFile,
  { weightsBesideFrom = Infinity }: WriteOptions = {},
): Promise<number> {
  const data = weightsBeside(path);
  const large = placeLarge(file.graph.initializers);
  const largeBytes = large.reduce((sum, { bytes }) => sum + bytes, 0);
  const placed = largeBytes >= weightsBesideFrom ? large : [];
  const plan = planModel(file, placed, basename(data));
  if (plan.bytes > MAX_BYTES) {
    throw new ConversionError(
      `the graph takes ${(plan.bytes / 1e9).toFixed(2)} GB, an ONNX file holds at most ${(MAX_BYTES / 1e9).toFixed(2)} GB; use --precision int8, or a smaller model`,
    );
  }
  if (placed.length > 0) await writeWhole(data, weightsFile(placed));
  await writeWhole(path, plan.chunks());
  // Of an earlier attempt.
  if (placed.length === 0) await rm(data, { force: true });
  return plan.bytes;
}

/** Writes a file that appears when it is complete. */
async function writeWhole(path: string, chunks: AsyncGenerator<Uint8Array>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pipeline(Readable.from(chunks, { objectMode: true }), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

interface Plan {
  readonly bytes: number;
  readonly chunks: () => AsyncGenerator<Uint8Array>;
}

function planModel(
  { graph, inputs, outputs }: ModelFile,
  placed: readonly PlacedTensor[],
  dataFile: string,
): Plan {
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
      initializer: placed.map((tensor) => toReference(tensor, dataFile)),
    }),
  );
  const beside = new Set(placed.map(({ initializer }) => initializer));
  const tensors = graph.initializers
    .filter((initializer) => !beside.has(initializer))
    .map((initializer) => ({ initializer, head: tensorHead(initializer) }));
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
        yield* valueBytes(tensor.initializer);
      }
    },
  };
}

function describe({ name, shape, type }: Initializer): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: ELEMENT_TYPES[type],
  });
}

/** A constant whose values are in the file beside the graph. */
function toReference({ initializer, offset, bytes }: PlacedTensor, location: string): TensorProto {
  const place = { location, offset: `${offset}`, length: `${bytes}` };
  const externalData = Object.entries(place).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  return { ...describe(initializer), dataLocation: EXTERNAL, externalData };
}

/** All of an initializer but its values: these follow as the message's last field. */
function tensorHead(initializer: Initializer): Uint8Array {
  const description = toBinary(TensorProtoSchema, describe(initializer));
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
