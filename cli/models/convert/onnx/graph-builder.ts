import { create } from '@bufbuild/protobuf';
import type { Initializer } from './initializer.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
} from './onnx-pb.ts';

/** Domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** Numbers of ONNX's AttributeProto.AttributeType. */
const FLOAT = 1;
const INT = 2;
const TENSOR = 4;
const INTS = 7;

export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly uint8: number };

export interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Name of the output; absent, the next free one. */
  readonly output?: string;
}

/** Collects nodes and constants of a graph. */
export class GraphBuilder {
  readonly nodes: NodeProto[] = [];
  readonly initializers: Initializer[] = [];

  initializer(initializer: Initializer): string {
    this.initializers.push(initializer);
    return initializer.name;
  }

  floats(name: string, shape: readonly number[], values: () => Promise<Float32Array>): string {
    const chunks = async function* () {
      yield await values();
    };
    return this.initializer({ name, type: 'float', shape, chunks });
  }

  float(name: string, value: number): string {
    return this.initializer({
      name,
      type: 'float',
      shape: [],
      chunks: () => [Float32Array.of(value)],
    });
  }

  /** A list of integers, or a single one. */
  ints(name: string, values: readonly number[] | number): string {
    const list = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [values.length];
    const chunks = () => [BigInt64Array.from(list, BigInt)];
    return this.initializer({ name, type: 'int64', shape, chunks });
  }

  /** Adds a node of one output, whose name it gives back. */
  node(type: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const output = options.output ?? `value_${this.nodes.length}`;
    this.#add(type, inputs, [output], options);
    return output;
  }

  /** Adds a node that splits its input into three equal parts. */
  splitInThree(input: string, axis: number): [string, string, string] {
    const base = `value_${this.nodes.length}`;
    const parts: [string, string, string] = [`${base}_0`, `${base}_1`, `${base}_2`];
    this.#add('Split', [input], parts, { attributes: { axis: { int: axis } } });
    return parts;
  }

  #add(
    opType: string,
    input: readonly string[],
    output: readonly string[],
    { domain = '', attributes = {} }: NodeOptions,
  ): void {
    const node = create(NodeProtoSchema, {
      name: `${opType}_${this.nodes.length}`,
      opType,
      domain,
      input: [...input],
      output: [...output],
      attribute: Object.entries(attributes).map(([name, value]) => toProto(name, value)),
    });
    this.nodes.push(node);
  }
}

function toProto(name: string, value: Attribute): AttributeProto {
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: FLOAT, f: value.float });
  }
  if ('int' in value) {
    return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value.int) });
  }
  if ('ints' in value) {
    return create(AttributeProtoSchema, { name, type: INTS, ints: value.ints.map(BigInt) });
  }
  const t = { name, dims: [1n], dataType: 2, rawData: Uint8Array.of(value.uint8) };
  return create(AttributeProtoSchema, { name, type: TENSOR, t });
}
