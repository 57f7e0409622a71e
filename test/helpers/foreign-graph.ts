import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

const ONNX = { float: 1, int64: 7, float16: 10 };
const EXTERNAL = 1;

/** Logits of each word for negative, neutral and positive; those of other words are 0. */
export const WORDS: Readonly<Record<string, readonly number[]>> = {
  love: [-2, 0, 2],
  best: [-1, 0, 1],
  worst: [2, 0, -2],
  hate: [2, 0, -2],
  the: [0, 0.25, 0],
};
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const VOCABULARY = [...SPECIAL, ...Object.keys(WORDS), 'day', 'phone', '!', '.', '%', 'meeting'];

export interface ForeignGraphOptions {
  readonly type?: 'float' | 'float16';
  /** Keeps the weights in that file instead of the graph. */
  readonly location?: string;
  /** Rows of the embedding; the vocabulary has 16 words, "meeting" the last. */
  readonly rows?: number;
  /** Logits of a word, in place of the usual ones. */
  readonly words?: Readonly<Record<string, readonly number[]>>;
  /** False: the graph has no attention_mask, and counts the tokens that pad a text. */
  readonly masked?: boolean;
  /** Operators with one input that are applied to the sum, one after another. */
  readonly last?: readonly string[];
  /** True: the graph has an output "probabilities" before "logits". */
  readonly hasProbabilities?: boolean;
}

/**
 * A repository with an ONNX graph that another exporter might have made: it adds up the logits of
 * the words of a text. Weights in another file are beside it, as `graph_data`.
 */
export function foreignRepository(options: ForeignGraphOptions = {}): Map<string, Buffer> {
  const { type = 'float', location, rows = VOCABULARY.length } = options;
  const weights = table(type, rows, { ...WORDS, ...options.words });
  const files = new Map([
    ['config.json', Buffer.from(JSON.stringify(CONFIG))],
    ['vocab.txt', Buffer.from(`${VOCABULARY.join('\n')}\n`)],
    ['model.onnx', wordGraph(type, rows, weights, options)],
  ]);
  return location === undefined ? files : files.set(location, weights);
}

const CONFIG = {
  model_type: 'bert',
  id2label: { 0: 'negative', 1: 'neutral', 2: 'positive' },
  vocab_size: VOCABULARY.length,
  max_position_embeddings: 64,
  pad_token_id: 0,
};

function table(type: 'float' | 'float16', rows: number, words: typeof WORDS): Buffer {
  const width = type === 'float' ? 4 : 2;
  const bytes = Buffer.alloc(rows * 3 * width);
  for (const [word, logits] of Object.entries(words)) {
    logits.forEach((logit, column) => {
      const at = (VOCABULARY.indexOf(word) * 3 + column) * width;
      if (at >= bytes.length) return;
      if (type === 'float') bytes.writeFloatLE(logit, at);
      else bytes.writeUInt16LE(toHalf(logit), at);
    });
  }
  return bytes;
}

/** Encodes a power of two, 0 or NaN as IEEE 754 binary16. */
function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  if (value === 0) return 0;
  const sign = value < 0 ? 0x8000 : 0;
  return sign | ((Math.log2(Math.abs(value)) + 15) << 10);
}

type Field = readonly [number: number, value: number | string | Uint8Array];

function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else {
      writer.tag(number, WireType.LengthDelimited);
      if (typeof value === 'string') writer.string(value);
      else writer.bytes(value);
    }
  }
  return writer.finish();
}

/** A graph that adds up the rows of a table of logits, [tokens, 3], given by a text's token ids. */
export function wordGraph(
  type: 'float' | 'float16',
  rows: number,
  weights: Buffer,
  {
    location,
    masked = true,
    last = [],
    hasProbabilities = false,
  }: Pick<ForeignGraphOptions, 'location' | 'masked' | 'last' | 'hasProbabilities'> = {},
): Buffer {
  const data: Field[] =
    location === undefined
      ? [[9, weights]]
      : [
          [13, message([1, 'location'], [2, location])],
          [14, EXTERNAL],
        ];
  const embedding = message([1, rows], [1, 3], [2, ONNX[type]], [8, 'embedding'], ...data);
  const mask: Field[] = [
    [1, node('Cast', ['attention_mask'], 'mask', ['to', ONNX[type]])],
    [1, node('Unsqueeze', ['mask', 'last'], 'column')],
    [1, node('Mul', ['words', 'column'], 'masked')],
    [11, valueInfo('attention_mask', ONNX.int64, 2)],
  ];
  const values = [...last.map((_, at) => `values${at}`), 'logits'];
  const probabilities: Field[] = [
    [1, node('Softmax', ['logits'], 'probabilities')],
    [12, valueInfo('probabilities', ONNX[type], 2)],
  ];
  const summed = masked ? 'masked' : 'words';
  const graph = message(
    [1, node('Gather', ['embedding', 'input_ids'], 'words')],
    ...(masked ? mask : []),
    [1, node('ReduceSum', [summed, 'tokens'], values[0] ?? '', ['keepdims', 0])],
    ...last.map((operator, at): Field => {
      return [1, node(operator, [values[at] ?? ''], values[at + 1] ?? '')];
    }),
    ...(hasProbabilities ? probabilities : []),
    [2, 'foreign'],
    [5, embedding],
    [5, axis('last', 2)],
    [5, axis('tokens', 1)],
    [11, valueInfo('input_ids', ONNX.int64, 2)],
    [12, valueInfo('logits', ONNX[type], 2)],
  );
  return Buffer.from(message([1, 8], [7, graph], [8, message([2, 17])]));
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attribute?: readonly [name: string, value: number],
): Uint8Array {
  const attributes: Field[] = attribute
    ? [[5, message([1, attribute[0]], [3, attribute[1]], [20, 2])]]
    : [];
  const names = inputs.map((name): Field => [1, name]);
  return message(...names, [2, output], [4, operator], ...attributes);
}

function axis(name: string, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return message([1, 1], [2, ONNX.int64], [8, name], [9, bytes]);
}

function valueInfo(name: string, type: number, rank: number): Uint8Array {
  const dimensions = Array.from({ length: rank }, (_, at): Field => [1, message([2, `d${at}`])]);
  const tensor = message([1, type], [2, message(...dimensions)]);
  return message([1, name], [2, message([1, tensor])]);
}
