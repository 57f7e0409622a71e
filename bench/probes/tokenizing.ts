/**
 * Two ways to take tokenizing off the main thread, in microseconds of its CPU time per text: a
 * cache of word pieces, or a thread that tokenizes. See docs/adr/0013.
 *
 *     node bench/probes/tokenizing.ts
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { bertNormalizer } from '../../service/inference/tokenizer/bert-normalizer.ts';
import { createNormalizer } from '../../service/inference/tokenizer/normalize.ts';
import {
  parseTokenizerDefinition,
  type WordPieceDefinition,
} from '../../service/inference/tokenizer/tokenizer-definition.ts';
import { WordPiece } from '../../service/inference/tokenizer/word-piece.ts';
import { loadModel } from '../models.ts';
import { summarize } from '../statistics.ts';
import { loadTexts } from '../texts.ts';
import { openTokenizer } from '../tokenize.ts';

const ROUNDS = 9;
const PASSES = 10;
/** Texts under way at a saturated server. */
const UNDER_WAY = 64;
const WORDS = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

const say = (text: string): void => console.error(text);
const model = await loadModel('minilm', say);
const normalize = createNormalizer(model.bundle.preprocessing);
const tokenizer = openTokenizer(model.tokenizerPath, model.bundle.maxTokens);

if (isMainThread) await measure();
else {
  parentPort?.on('message', async (text: string) => {
    const ids = Int32Array.from((await tokenizer.encode(normalize(text))).ids);
    parentPort?.postMessage(ids, [ids.buffer]);
  });
  parentPort?.postMessage('ready');
}

async function measure(): Promise<void> {
  const texts = (await loadTexts(model, say)).map(({ text }) => text);
  const wordPiece = openWordPiece();
  const worker = new Worker(new URL(import.meta.url));
  await once(worker, 'message');
  const arms: Record<string, () => Promise<void>> = {
    'normalize and tokenize here': async () => {
      for (const text of texts) await tokenizer.encode(normalize(text));
    },
    'of that, word pieces': async () => {
      for (const words of wordPiece.words) wordPiece.plain(words);
    },
    'word pieces from a cache': async () => {
      for (const words of wordPiece.words) wordPiece.cached(words);
    },
    'send to a thread and receive': () => sendAll(worker, texts),
  };
  wordPiece.words = texts.map(wordPiece.split);

  const costs = new Map(Object.keys(arms).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(arms)) {
      const before = process.threadCpuUsage();
      for (let pass = 0; pass < PASSES; pass++) await run();
      const { user, system } = process.threadCpuUsage(before);
      costs.get(name)?.push((user + system) / (PASSES * texts.length));
    }
  }
  for (const [name, micros] of costs) {
    const { median, lowest, highest } = summarize(micros);
    console.log(`${name}: ${median.toFixed(1)} µs (${lowest.toFixed(1)} to ${highest.toFixed(1)})`);
  }
  await worker.terminate();
}

function openWordPiece() {
  const json: unknown = JSON.parse(readFileSync(model.tokenizerPath, 'utf8'));
  const definition = parseTokenizerDefinition(json, model.tokenizerPath);
  if (definition.model.type !== 'WordPiece') throw new Error('The probe needs WordPiece');
  const pieces = new WordPiece(definition.model);
  const bert = bertNormalizer((definition as WordPieceDefinition).normalizer);
  const cache = new Map<string, readonly number[]>();
  return {
    words: [] as string[][],
    split: (text: string): string[] => bert(normalize(text)).match(WORDS) ?? [],
    plain: (words: readonly string[]): number[] => pieces.encode(words),
    cached: (words: readonly string[]): number[] => {
      const ids: number[] = [];
      for (const word of words) {
        let known = cache.get(word);
        if (known === undefined) {
          known = pieces.encode([word]);
          cache.set(word, known);
        }
        for (const id of known) ids.push(id);
      }
      return ids;
    },
  };
}

/** Keeps as many texts under way as a saturated server has. */
async function sendAll(worker: Worker, texts: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  let received = 0;
  const send = () => {
    if (sent < texts.length) worker.postMessage(texts[sent++]);
  };
  const onMessage = () => {
    received++;
    if (received === texts.length) resolve();
    else send();
  };
  worker.on('message', onMessage);
  for (let i = 0; i < UNDER_WAY; i++) send();
  await promise;
  worker.off('message', onMessage);
}
