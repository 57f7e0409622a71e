import { readLineAligned } from '../../cli/evaluate/dataset.ts';
import { measure } from '../../cli/evaluate/measures.ts';
import { type Label, topLabel } from '../../service/domain/sentiment.ts';
import { scoresOf } from '../../service/inference/scores.ts';
import { assetOf } from '../assets.ts';
import { ARM_MS, type Bench, VCPUS } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { CannotRun } from '../cannot-run.ts';
import { hasVnni } from '../machine.ts';
import { sessionOf } from '../models.ts';
import { BareSessions } from '../peers/bare-sessions.ts';
import { openSession } from '../peers/session.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { encodeAll } from '../tokenize.ts';
import { ratios } from './throughput.ts';

const TOKENS = 32;
const SEQUENCES = 200;

async function speed(bench: Bench): Promise<Measurement> {
  const { graphPath: int8Path, fp32Path, bundle } = bench.model;
  const sequences = bench.texts
    .map(({ ids }) => ids)
    .filter((ids) => ids.length === TOKENS)
    .slice(0, SEQUENCES);
  const start = (graphPath: string) =>
    BareSessions.start(VCPUS, sessionOf({ graphPath, bundle }), sequences);
  const int8 = await start(int8Path);
  const fp32 = await start(fp32Path());
  try {
    const rounds = await interleave(
      ROUNDS,
      () => int8.perSecond(ARM_MS),
      () => fp32.perSecond(ARM_MS),
    );
    const measured = ratios(rounds, 'INT8 predictions/s', 'FP32 predictions/s');
    if (hasVnni()) return measured;
    throw new CannotRun(
      `the floor is for CPUs with VNNI; here INT8 came to ${JSON.stringify(measured.details)}`,
    );
  } finally {
    await int8.stop();
    await fp32.stop();
  }
}

/** Loss of macro recall by INT8, in points. Nothing random is in it: one round. */
async function recallLoss({ model, say }: Bench): Promise<Measurement> {
  const fp32Path = model.fp32Path();
  const { texts, labels } = await readLineAligned(
    assetOf('BENCH_DATA_DIR', 'tweeteval', 'val_text.txt'),
    assetOf('BENCH_DATA_DIR', 'tweeteval', 'val_labels.txt'),
  );
  const encoded = await encodeAll(model.tokenizerPath, model.bundle, texts);
  const recallOf = async (graphPath: string, name: string) => {
    say(`scoring ${texts.length} texts with ${name}`);
    const session = await openSession(sessionOf({ ...model, graphPath }, VCPUS));
    const predicted: Label[] = [];
    for (const { ids } of encoded) {
      predicted.push(topLabel(scoresOf(await session.run(ids), model.bundle.labels)));
    }
    return { predicted, recall: 100 * measure(labels, predicted).macroRecall };
  };
  const int8 = await recallOf(model.graphPath, 'INT8');
  const fp32 = await recallOf(fp32Path, 'FP32');
  const changed = int8.predicted.filter((label, index) => label !== fp32.predicted[index]).length;
  return {
    rounds: [fp32.recall - int8.recall],
    details: {
      'INT8 macro recall %': int8.recall,
      'FP32 macro recall %': fp32.recall,
      'labels changed': changed,
      texts: texts.length,
    },
  };
}

export const precision: readonly Benchmark[] = [
  {
    id: 'B8a',
    title: `INT8 ÷ FP32 predictions/s at ${TOKENS} tokens`,
    method: 'bare sessions of one thread, one per vCPU, the same graph in both formats',
    better: 'higher',
    floor: 2.5,
    aim: 3,
    unit: 'ratio',
    gate: 'roberta',
    run: speed,
  },
  {
    id: 'B8b',
    title: 'macro-recall loss of INT8 against FP32, in points',
    method: 'validation split of TweetEval, the embedded model and its FP32 twin',
    better: 'lower',
    floor: 0.5,
    aim: 0.2,
    unit: 'points',
    gate: 'minilm',
    only: 'minilm',
    run: recallLoss,
  },
];
