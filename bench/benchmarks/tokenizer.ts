import { createNormalizer } from '../../service/inference/tokenizer/normalize.ts';
import type { Bench } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { openNativeTokenizer } from '../peers/native-tokenizer.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { openTokenizer } from '../tokenize.ts';
import { ratios } from './throughput.ts';

async function tokenizers({ model, texts }: Bench): Promise<Measurement> {
  const native = openNativeTokenizer(model.tokenizerPath);
  const own = openTokenizer(model.tokenizerPath, model.bundle.maxTokens);
  const normalize = createNormalizer(model.bundle.preprocessing);
  const normalized = texts.map(({ text }) => normalize(text));

  let mismatches = 0;
  for (const text of normalized) {
    const [{ ids }, encoding] = [await own.encode(text), await native.encode(text)];
    if (ids.join() !== encoding.getIds().join()) mismatches++;
  }
  const ownTime = () => microsecondsEach(normalized, async (text) => (await own.encode(text)).ids);
  const nativeTime = () =>
    microsecondsEach(normalized, async (text) => (await native.encode(text)).getIds());
  const rounds = await interleave(ROUNDS, ownTime, nativeTime);
  const measured = ratios(rounds, 'JavaScript µs a text', 'native addon µs a text');
  return {
    ...measured,
    details: { ...measured.details, mismatches, texts: texts.length },
    conditions: [{ what: 'both give the same token ids', holds: mismatches === 0 }],
  };
}

async function microsecondsEach(
  texts: readonly string[],
  encode: (text: string) => Promise<readonly number[]>,
): Promise<number> {
  const startedMs = performance.now();
  for (const text of texts) await encode(text);
  return ((performance.now() - startedMs) * 1000) / texts.length;
}

export const tokenizer: readonly Benchmark[] = [
  {
    id: 'B7',
    title: 'JavaScript tokenizer time ÷ native addon, awaited',
    method: 'every text of the mix, preprocessed, one after the other on one thread',
    better: 'lower',
    floor: 0.75,
    aim: 0.45,
    unit: 'ratio',
    run: tokenizers,
  },
];
