import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORDS, wordGraph } from './foreign-graph.ts';
import { EMBEDDED } from './run-models.ts';

/** Size of the graph's file: a download takes several packets, and can break between them. */
const GRAPH_BYTES = 23_000_000;

/** Field 1023 of an ONNX model, which no reader knows. */
const PADDING_TAG = Buffer.from([0xfa, 0x3f]);

/**
 * The files of a repository with the embedded model's tokenizer and settings, whose graph adds up
 * the logits of words. The trial of `tss models add` takes a tenth of the time with it.
 */
export function wordModelFiles(): Map<string, Buffer> {
  const folder = join('models', EMBEDDED);
  const files = new Map<string, Buffer>(
    ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map((name) => [
      name,
      readFileSync(join(folder, name)),
    ]),
  );
  const tokenizer = JSON.parse(String(files.get('tokenizer.json'))) as Tokenizer;
  return files.set('onnx/model_quantized.onnx', padded(graphOf(tokenizer)));
}

interface Tokenizer {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
  readonly added_tokens: readonly { readonly id: number }[];
}

function graphOf({ model: { vocab }, added_tokens }: Tokenizer): Buffer {
  const ids = [...Object.values(vocab), ...added_tokens.map(({ id }) => id)];
  const rows = ids.reduce((highest, id) => Math.max(highest, id)) + 1;
  const table = new Float32Array(rows * 3);
  for (const [word, logits] of Object.entries(WORDS)) table.set(logits, vocab[word]! * 3);
  return wordGraph('float', rows, Buffer.from(table.buffer));
}

function padded(graph: Buffer): Buffer {
  const length = GRAPH_BYTES - graph.length;
  // A length as a varint of five bytes.
  const varint = Buffer.from([0, 7, 14, 21, 28].map((shift) => (length >>> shift) & 0x7f));
  for (let index = 0; index < 4; index++) varint[index] = varint[index]! | 0x80;
  return Buffer.concat([graph, PADDING_TAG, varint, Buffer.alloc(length, 1)]);
}
