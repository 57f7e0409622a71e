import { readFileSync } from 'node:fs';
import {
  EMPTY_DICT,
  floatStorage,
  pickle,
  SETITEM,
  storages,
  tensor,
  text,
  torchStream,
} from '../cli/models/convert/helpers/pickles.ts';

const TOKENIZER = 'test/cli/models/tokenizer/fixtures/roberta';
const CHECKPOINT = 'test/cli/models/convert/fixtures/roberta';
const HIDDEN = 32;

/**
 * The files of cardiffnlp/twitter-roberta-base-sentiment, with two narrow layers of random weights:
 * a vocabulary, PyTorch weights and labels without names, but no tokenizer.json, no
 * tokenizer_config.json and no ONNX graph.
 */
export function robertaRepository({ sharded = false, unusedWords = 0 } = {}): Map<string, Buffer> {
  const vocabulary = readFileSync(`${TOKENIZER}/vocab.json`);
  const words = Object.keys(JSON.parse(vocabulary.toString())).length + unusedWords;
  const config = JSON.parse(readFileSync(`${CHECKPOINT}/config.json`, 'utf8'));
  const positions = 514;
  const tensors = tensorsOf(words, positions);
  const weights: [string, Buffer][] = sharded
    ? shardedWeights(tensors)
    : [['pytorch_model.bin', randomWeights(tensors)]];
  return new Map([
    ['.gitattributes', Buffer.from('*.bin filter=lfs diff=lfs merge=lfs -text\n')],
    ['README.md', Buffer.from('# Twitter-roBERTa-base for Sentiment Analysis\n')],
    ['config.json', json({ ...config, vocab_size: words, max_position_embeddings: positions })],
    ['flax_model.msgpack', Buffer.from('never fetched')],
    ['merges.txt', readFileSync(`${TOKENIZER}/merges.txt`)],
    ...weights,
    ['special_tokens_map.json', json({ bos_token: '<s>', cls_token: '<s>', pad_token: '<pad>' })],
    ['tf_model.h5', Buffer.from('never fetched')],
    ['vocab.json', vocabulary],
  ]);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The names and shapes of the tiny checkpoint, with more tokens. */
function tensorsOf(words: number, positions: number): NamedTensor[] {
  return Object.entries(shapes()).map(([name, shape]) => {
    if (name.endsWith('word_embeddings.weight')) return { name, shape: [words, HIDDEN] };
    if (name.endsWith('position_embeddings.weight')) return { name, shape: [positions, HIDDEN] };
    return { name, shape };
  });
}

/** A file of torch.save. */
function randomWeights(tensors: readonly NamedTensor[]): Buffer {
  const random = randomNumbers();
  const entries = tensors.map(({ name, shape }, index) => {
    const values = shape.reduce((product, size) => product * size, 1);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const value = tensor(floatStorage(`${index}`, values), 0, [...shape], strides);
    return { item: Buffer.concat([text(name), value, SETITEM]), name, values };
  });
  const stateDict = pickle(EMPTY_DICT, ...entries.map(({ item }) => item));
  const data = entries.map(({ name, values }, index): [string, number[]] => {
    const one = name.endsWith('LayerNorm.weight') ? 1 : 0;
    return [`${index}`, Array.from({ length: values }, () => one + random())];
  });
  return torchStream(stateDict, storages(...data));
}

/** Weights in two files, and their index. */
function shardedWeights(tensors: readonly NamedTensor[]): [string, Buffer][] {
  const half = Math.ceil(tensors.length / 2);
  const shards = [tensors.slice(0, half), tensors.slice(half)].map((part, index) => ({
    file: `pytorch_model-0000${index + 1}-of-00002.bin`,
    part,
  }));
  const places = shards.flatMap(({ file, part }) => part.map(({ name }) => [name, file]));
  return [
    ...shards.map(({ file, part }): [string, Buffer] => [file, randomWeights(part)]),
    ['pytorch_model.bin.index.json', json({ weight_map: Object.fromEntries(places) })],
  ];
}

function shapes(): Record<string, number[]> {
  const file = readFileSync(`${CHECKPOINT}/model.safetensors`);
  const header = JSON.parse(file.toString('utf8', 8, 8 + Number(file.readBigUInt64LE(0))));
  const { __metadata__: _, ...tensors } = header as Record<string, { shape: number[] }>;
  return Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
}

/** Uniform between -0.25 and 0.25, the same in every run. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 4_294_967_296 - 0.25;
  };
}
