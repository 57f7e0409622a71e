import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Logger } from '../../../service/application/ports/logger.ts';
import type { PreprocessingStep } from '../../../service/contract/preprocessing.ts';
import {
  AbandonedError,
  DeadlineExceededError,
  OverloadedError,
  ShuttingDownError,
  StartupError,
} from '../../../service/domain/errors.ts';
import { hasFiniteScores, LABELS, type Prediction } from '../../../service/domain/sentiment.ts';
import { bundleRevision } from '../../../service/inference/bundle/bundle-files.ts';
import type { OnnxSentimentModelOptions } from '../../../service/inference/onnx-model-options.ts';
import { OnnxSentimentModel } from '../../../service/inference/onnx-sentiment-model.ts';
import { requestContext } from '../../service/inference/helpers/context.ts';
import {
  EMBEDDED_MODEL,
  GOLDENS,
  type Golden,
  MODELS_DIR,
  WORKER_URL,
} from '../../service/inference/helpers/golden.ts';
import { RecordingMetrics } from '../../service/inference/helpers/recording-metrics.ts';
import { STAND_IN_URL } from '../../service/inference/helpers/stand-in.ts';
import { TinyModels } from '../../service/inference/helpers/tiny-bundle.ts';

// Bound by CPU time: the limit ends a test that hangs, even on a busy machine.

/** Tolerance of the model card: a rounding step may go the other way on another CPU. */
const TOLERANCE = 0.005;
/** A batch changes a logit by about 1e-7 on x64, and not at all on arm64. */
const BATCH_TOLERANCE = 1e-6;

const metrics = new RecordingMetrics();
const logged: [Readonly<Record<string, unknown>>, string][] = [];
const log: Logger['info'] = (fields, message) => logged.push([fields, message]);

function start(options: Partial<OnnxSentimentModelOptions> = {}): Promise<OnnxSentimentModel> {
  return OnnxSentimentModel.start({
    modelsDir: MODELS_DIR,
    modelName: EMBEDDED_MODEL,
    workers: 2,
    tokenBudget: 256,
    hangTimeoutMs: 600_000,
    workerUrl: WORKER_URL,
    metrics,
    logger: { debug: log, info: log, warn: log, error: log },
    onFatal: () => {},
    ...options,
  });
}

function probabilities(prediction: Prediction | null | undefined): number[] {
  return LABELS.map((label) => prediction?.scores[label] ?? Number.NaN);
}

/** Largest difference of a probability. */
function distance(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, i) => Math.abs(value - (other[i] ?? Number.NaN))));
}

function expectGolden(golden: Golden, prediction: Prediction | null | undefined): void {
  const scores = probabilities(prediction);
  expect({ text: golden.text, truncated: prediction?.truncated }).toEqual({
    text: golden.text,
    truncated: golden.truncated,
  });
  expect(distance(scores, golden.probabilities_int8)).toBeLessThanOrEqual(TOLERANCE);
  expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 6);
}

describe('the embedded model', () => {
  let model: OnnxSentimentModel;
  /** Each golden text's probabilities, scored on its own. */
  const alone: number[][] = [];

  beforeAll(async () => {
    model = await start();
    for (const { text } of GOLDENS) {
      const [prediction] = await model.predict([text], requestContext());
      alone.push(probabilities(prediction));
    }
  });
  afterAll(() => model?.close());

  it('describes itself', () => {
    expect(model.identity).toEqual({
      name: 'minilm-tweet-sentiment',
      revision: '885434d5bfe0',
      preprocessingVersion: 1,
    });
    expect(model.maxTokens).toBe(256);
    expect(model.load()).toMatchObject({ workers: 2, queuedTexts: 0 });
  });

  it.each([
    ['I love this phone', 'positive'],
    ['worst day ever', 'negative'],
    ['the meeting is at 3pm', 'neutral'],
  ])('labels "%s" as %s', async (text, label) => {
    const [prediction] = await model.predict([text], requestContext());
    expect(prediction?.label).toBe(label);
  });

  it('agrees with the Python reference on each golden text alone', () => {
    for (const [index, golden] of GOLDENS.entries()) {
      expect(distance(alone[index]!, golden.probabilities_int8)).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  it('gives the same scores in random mixed batches', async () => {
    const order = fc.shuffledSubarray([...GOLDENS.keys()], { minLength: 100, maxLength: 128 });
    await fc.assert(
      fc.asyncProperty(order, async (indexes) => {
        const texts = indexes.map((index) => GOLDENS[index]!.text);
        const predictions = await model.predict(texts, requestContext());
        for (const [i, index] of indexes.entries()) {
          expectGolden(GOLDENS[index]!, predictions[i]);
          expect(distance(probabilities(predictions[i]), alone[index]!)).toBeLessThan(
            BATCH_TOLERANCE,
          );
        }
      }),
      { numRuns: 5 },
    );
  });

  it('gives the same scores under load', async () => {
    const calls = Array.from({ length: 3 * GOLDENS.length }, (_, i) => (i * 7) % GOLDENS.length);
    const answers = await Promise.all(
      calls.map((index) => model.predict([GOLDENS[index]!.text], requestContext())),
    );
    for (const [i, index] of calls.entries()) {
      expectGolden(GOLDENS[index]!, answers[i]![0]);
      expect(distance(probabilities(answers[i]![0]), alone[index]!)).toBeLessThan(BATCH_TOLERANCE);
    }
  });

  it.each(['', ' ', '\u200b\u0007', '\u0301', '&#1;'])('predicts null for %j', async (text) => {
    const predictions = await model.predict(['good', text, 'bad'], requestContext());
    expect(predictions.map((prediction) => prediction?.label ?? null)).toEqual([
      'positive',
      null,
      'negative',
    ]);
  });

  it('answers an empty list with an empty list', async () => {
    expect(await model.predict([], requestContext())).toEqual([]);
  });

  it('counts the tokens of whole texts, and those that it reads up to its window', async () => {
    const texts = ['I love this phone', 'word '.repeat(254), 'word '.repeat(400), '\u200b'];
    expect(await model.countTokens(texts, requestContext())).toEqual([6, 256, 402, 2]);
    const predictions = await model.predict(texts, requestContext());
    expect(predictions).toMatchObject([
      { tokens: 6, truncated: false },
      { tokens: 256, truncated: false },
      { tokens: 256, truncated: true },
      null,
    ]);
  });

  it('counts no tokens for a caller that has left, or after the deadline', async () => {
    const gone = { ...requestContext(), signal: AbortSignal.abort() };
    await expect(model.countTokens(['a'], gone)).rejects.toThrow(AbandonedError);
    const late = { ...requestContext(), deadline: { atMs: performance.now() - 1 } };
    await expect(model.countTokens(['a'], late)).rejects.toThrow(DeadlineExceededError);
  });

  it('counts predictions and truncated texts', async () => {
    const before = [metrics.total('Predictions'), metrics.total('TruncatedTexts')];
    await model.predict(['fine', '', 'word '.repeat(400)], requestContext());
    const after = [metrics.total('Predictions'), metrics.total('TruncatedTexts')];
    expect(after.map((value, i) => value - before[i]!)).toEqual([2, 1]);
  });

  it('scores variants of a text as it scores texts, and counts only the text as a prediction', async () => {
    const texts = ['I love this phone', 'I this phone', 'I love phone', '  '];
    const expected = await model.predict(texts, requestContext());
    const before = metrics.total('Predictions');
    const [text = '', ...variants] = texts;
    const predictions = await model.predictVariants(text, variants, requestContext());
    expect(predictions.map((prediction) => prediction?.label)).toEqual(
      expected.map((prediction) => prediction?.label),
    );
    for (const [index, prediction] of predictions.slice(0, 3).entries()) {
      const scores = probabilities(prediction);
      expect(distance(scores, probabilities(expected[index]))).toBeLessThanOrEqual(BATCH_TOLERANCE);
    }
    expect(metrics.total('Predictions') - before).toBe(1);
  });

  it('measures each stage of a batch once, not once a text', async () => {
    const context = requestContext();
    const startedMs = performance.now();
    await model.predict(
      GOLDENS.slice(0, 100).map(({ text }) => text),
      context,
    );
    const totalMs = performance.now() - startedMs;
    const timings = Object.fromEntries(context.timings.entries());
    expect(Object.keys(timings).sort()).toEqual(['infer', 'queue', 'tokenize']);
    const sum = Object.values(timings).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeLessThanOrEqual(totalMs + 1);
  });

  it('rejects a deadline that it cannot meet beside other work, and counts the rejection', async () => {
    const before = metrics.total('Shed');
    const texts = GOLDENS.map(({ text }) => text);
    const other = model.reserve(1, requestContext().deadline);
    await expect(model.predict(texts, requestContext(1))).rejects.toThrow(OverloadedError);
    expect(metrics.total('Shed')).toBe(before + 1);
    other.release();
  });

  it('scores texts under a reservation', async () => {
    const { deadline } = requestContext();
    const reservation = model.reserve(2, deadline);
    const context = requestContext();
    expect(await model.predict(['good', 'bad'], context, reservation)).toHaveLength(2);
    reservation.release();
  });

  it('drops the texts of a client that has disconnected', async () => {
    const client = new AbortController();
    const texts = GOLDENS.map(({ text }) => `${text} ...`);
    const predicting = model.predict(texts, requestContext(undefined, client.signal));
    client.abort();
    await expect(predicting).rejects.toThrow(AbandonedError);
    expect(model.load().queuedTexts).toBe(0);
  });
});

describe('starting and ending', () => {
  let models: TinyModels | undefined;
  afterEach(async () => {
    await models?.remove();
    models = undefined;
  });

  it('logs the model and the time of each step, and no text', async () => {
    logged.length = 0;
    const model = await start({ workers: 1 });
    await model.close();
    expect(logged).toEqual([
      [
        {
          model: model.identity,
          workers: 1,
          verifyMs: expect.any(Number),
          workersMs: expect.any(Number),
          goldenCheckMs: expect.any(Number),
        },
        'The inference engine is ready',
      ],
    ]);
  });

  it('can be closed while its workers compute', async () => {
    const model = await start();
    const texts = Array.from({ length: 128 }, (_, i) => `${i} ${'words '.repeat(200)}`);
    const predicting = model.predict(texts, requestContext());
    const refused = expect(predicting).rejects.toThrow(ShuttingDownError);
    while (model.load().queuedTexts === 0) await nextTurn();
    await model.close();
    await refused;
  });

  it('rejects a model that answers wrongly, with the line of the text and both probabilities', async () => {
    models = await TinyModels.create();
    // The stand-in's logits of a text of n tokens, the first of them 0, in a batch of k: n, 0, k.
    const starting = start({
      modelsDir: models.dir,
      modelName: 'tiny',
      workers: 1,
      workerUrl: STAND_IN_URL,
    });
    await expect(starting).rejects.toThrow(StartupError);
    await expect(starting).rejects.toThrow(
      /scores golden text 0 with \[[\d., ]+\], expected \[0\.2000, 0\.3000, 0\.5000\] within 0\.005/,
    );
  });

  it('allows a model that is not batch-invariant a larger difference in batches', async () => {
    models = await TinyModels.create();
    const { dir, bundle } = models;
    const golden = { ...bundle.golden, probabilities: 'alone', startUpLines: [1, 2] };
    const startWith = async (changes: object) => {
      await models?.writeManifest(changes);
      const tiny = { modelsDir: dir, modelName: 'tiny', workers: 1, workerUrl: STAND_IN_URL };
      await (await start(tiny)).close();
    };
    await expect(startWith({ golden })).rejects.toThrow(/golden text 1 .* within 0\.005/);
    const tolerant = { ...golden, batchTolerance: 0.2 };
    await startWith({ golden: tolerant, batchInvariant: false });
    const strict = { ...tolerant, tolerance: 1e-9 };
    await expect(startWith({ golden: strict, batchInvariant: false })).rejects.toThrow(
      /golden text 1 .* within 1e-9/,
    );
  });

  it('counts a text with NaN scores as a failure of the model and scores the others', async () => {
    models = await TinyModels.create();
    const { dir, bundle } = models;
    const golden = {
      ...bundle.golden,
      probabilities: 'alone',
      startUpLines: [1, 2],
      batchTolerance: 0.2,
    };
    await models.writeManifest({ golden, batchInvariant: false });
    const recorded = new RecordingMetrics();
    const model = await start({
      modelsDir: dir,
      modelName: 'tiny',
      workers: 1,
      workerUrl: STAND_IN_URL,
      metrics: recorded,
    });
    const predictions = await model.predict(['a', 'a ~', 'b'], requestContext());
    await model.close();
    expect(predictions.map((one) => one && hasFiniteScores(one))).toEqual([true, false, true]);
    expect(recorded.total('ModelFailures')).toBe(1);
    expect(recorded.total('Predictions')).toBe(2);
  });

  it('preprocesses texts by the steps of its bundle', async () => {
    models = await TinyModels.create();
    const { dir, bundle } = models;
    const golden = { ...bundle.golden, probabilities: 'alone', startUpLines: [1] };
    const predictionsWith = async (changes: { preprocessing?: PreprocessingStep[] }) => {
      const revision = bundleRevision(bundle.files, changes.preprocessing);
      await models?.writeManifest({ golden, revision, ...changes });
      const tiny = { modelsDir: dir, modelName: 'tiny', workers: 1, workerUrl: STAND_IN_URL };
      const model = await start(tiny);
      const predictions = await model.predict(['\u0301'], requestContext());
      await model.close();
      return predictions;
    };
    expect(await predictionsWith({})).toEqual([null]);
    expect(await predictionsWith({ preprocessing: ['nfd-drop-marks'] })).toEqual([null]);
    expect(await predictionsWith({ preprocessing: [] })).toEqual([
      expect.objectContaining({ truncated: false }),
    ]);
  });

  it('rejects a graph that the runtime cannot load', async () => {
    models = await TinyModels.create();
    const starting = start({ modelsDir: models.dir, modelName: 'tiny', workers: 1 });
    await expect(starting).rejects.toThrow(/An inference worker cannot start/);
  });

  it('rejects a model that is not in the manifest', async () => {
    await expect(start({ modelName: 'huge' })).rejects.toThrow(
      'There is no model "huge"; available: minilm-tweet-sentiment',
    );
  });
});
