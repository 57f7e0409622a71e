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
export function robertaRepository(): Map<string, Buffer> {
  const vocabulary = readFileSync(`${TOKENIZER}/vocab.json`);
  const words = Object.keys(JSON.parse(vocabulary.toString())).length;
  const config = JSON.parse(readFileSync(`${CHECKPOINT}/config.json`, 'utf8'));
  const positions = 514;
  return new Map([
    ['.gitattributes', Buffer.from('*.bin filter=lfs diff=lfs merge=lfs -text\n')],
    ['README.md', Buffer.from('# Twitter-roBERTa-base for Sentiment Analysis\n')],
    ['config.json', json({ ...config, vocab_size: words, max_position_embeddings: positions })],
    ['flax_model.msgpack', Buffer.from('never fetched')],
    ['merges.txt', readFileSync(`${TOKENIZER}/merges.txt`)],
    ['pytorch_model.bin', randomWeights(words, positions)],
    ['special_tokens_map.json', json({ bos_token: '<s>', cls_token: '<s>', pad_token: '<pad>' })],
    ['tf_model.h5', Buffer.from('never fetched')],
    ['vocab.json', vocabulary],
  ]);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A file of torch.save with the names and shapes of the tiny checkpoint, and more tokens. */
function randomWeights(words: number, positions: number): Buffer {
  const random = randomNumbers();
  const tensors = Object.entries(shapes()).map(([name, shape]) => {
    if (name.endsWith('word_embeddings.weight')) return { name, shape: [words, HIDDEN] };
    if (name.endsWith('position_embeddings.weight')) return { name, shape: [positions, HIDDEN] };
    return { name, shape };
  });
  const entries = tensors.map(({ name, shape }, index) => {
    const values = shape.reduce((product, size) => product * size, 1);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const value = tensor(floatStorage(`${index}`, values), 0, shape, strides);
    return { item: Buffer.concat([text(name), value, SETITEM]), name, values };
  });
  const stateDict = pickle(EMPTY_DICT, ...entries.map(({ item }) => item));
  const data = entries.map(({ name, values }, index): [string, number[]] => {
    const one = name.endsWith('LayerNorm.weight') ? 1 : 0;
    return [`${index}`, Array.from({ length: values }, () => one + random())];
  });
  return torchStream(stateDict, storages(...data));
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
