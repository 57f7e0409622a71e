import type { Metrics } from '../application/ports/metrics.ts';
import type { ModelLoad, SentimentModel } from '../application/ports/sentiment-model.ts';
import type { Deadline, RequestContext } from '../application/request-context.ts';
import { cpuFamilyOf } from '../contract/cpu-family.ts';
import { DEFAULT_CERTAIN_MARGIN } from '../contract/model-manifest.ts';
import { ANY_LANGUAGE } from '../domain/language.ts';
import { type Label, type ModelIdentity, type Prediction, topLabel } from '../domain/sentiment.ts';
import { locateBundle, type OpenedBundle, openBundle } from './bundle/model-bundle.ts';
import { type Clock, systemClock } from './clock.ts';
import { checkGoldenTexts, checkLabelCount } from './golden-check.ts';
import { launchEngine } from './launch-engine.ts';
import type { OnnxSentimentModelOptions } from './onnx-model-options.ts';
import { PredictionObserver } from './prediction-observer.ts';
import { probabilitiesOf } from './probabilities.ts';
import type { BatchEngine, EngineReservation } from './scheduling/batch-engine.ts';
import { scoresOf } from './scores.ts';
import { countTokens } from './tokenizer/count-tokens.ts';
import { EventLoopTurns } from './tokenizer/event-loop-turns.ts';
import { createNormalizer } from './tokenizer/normalize.ts';
import {
  type EncodeTextsOptions,
  type Encoding,
  encodeTexts,
  type Tokenizer,
} from './tokenizer/tokenizer.ts';
import { TransformersTokenizer } from './tokenizer/transformers-tokenizer.ts';
import { cpuCount } from './workers/cpu-count.ts';

/** Characters per token, to estimate the tokens of a text: a low estimate. */
const CHARACTERS_PER_TOKEN = 6;

/** The sentiment model on ONNX Runtime sessions in worker threads. */
export class OnnxSentimentModel implements SentimentModel {
  readonly identity: ModelIdentity;
  readonly maxTokens: number;
  readonly certainMargin: number;
  readonly languages: readonly string[];
  readonly #labels: readonly Label[];
  readonly #encoding: Omit<EncodeTextsOptions, 'signal'>;
  readonly #clock: Clock;
  readonly #engine: BatchEngine;
  readonly #observer: PredictionObserver;
  #starting: Promise<void> | null = null;

  private constructor(
    { bundle }: OpenedBundle,
    parts: {
      clock: Clock;
      tokenizer: Tokenizer;
      turns: EventLoopTurns;
      engine: BatchEngine;
      metrics: Metrics;
    },
  ) {
    this.identity = {
      name: bundle.name,
      revision: bundle.revision,
      preprocessingVersion: bundle.preprocessingVersion,
    };
    this.maxTokens = bundle.maxTokens;
    this.certainMargin = bundle.certainMargin ?? DEFAULT_CERTAIN_MARGIN;
    this.languages = bundle.languages ?? [ANY_LANGUAGE];
    this.#labels = bundle.labels;
    this.#clock = parts.clock;
    this.#encoding = {
      normalize: createNormalizer(bundle.preprocessing),
      tokenizer: parts.tokenizer,
      turns: parts.turns,
    };
    this.#engine = parts.engine;
    this.#observer = new PredictionObserver({
      metrics: parts.metrics,
      clock: parts.clock,
      reference: bundle.referenceLabelMix,
      unknownId: parts.tokenizer.unknownId,
      specialTokens: parts.tokenizer.specialTokens,
    });
  }

  /**
   * Opens the model and waits until it may answer.
   *
   * @throws StartupError
   */
  static async start(options: OnnxSentimentModelOptions): Promise<OnnxSentimentModel> {
    const model = await OnnxSentimentModel.open(options);
    await model.ready();
    return model;
  }

  /**
   * Starts the workers without waiting for them, and reads the bundle: the caller may build what
   * needs the model, but must await `ready` before the first text.
   *
   * @throws StartupError
   */
  static async open(options: OnnxSentimentModelOptions): Promise<OnnxSentimentModel> {
    const { metrics, clock = systemClock, cpuFamily = cpuFamilyOf(process.arch) } = options;
    const startedMs = clock.nowMs();
    const located = await locateBundle(options.modelsDir, options.modelName);
    const { bundle } = located;
    const workers = options.workers ?? (await cpuCount());
    const engine = launchEngine(located, options, { workers, cpuFamily, clock });
    try {
      const opened = await openBundle(located, cpuFamily);
      const turns = new EventLoopTurns(clock);
      const tokenizer = new TransformersTokenizer(opened.tokenizer, bundle.maxTokens, turns);
      const model = new OnnxSentimentModel(opened, { clock, tokenizer, turns, engine, metrics });
      model.#starting = model.#finishStart(opened, options, { workers, startedMs });
      // Reported by `ready`; until then a rejection must not end the process.
      model.#starting.catch(() => undefined);
      return model;
    } catch (error) {
      // A worker that hangs does not hide the first error.
      await engine.close().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Resolves when every file is verified, every worker is warm and the golden texts have the scores
   * they should have.
   *
   * @throws StartupError
   */
  async ready(): Promise<void> {
    await this.#starting;
  }

  reserve(count: number, deadline: Deadline): EngineReservation {
    return this.#engine.reserve(count, deadline);
  }

  predict(
    texts: readonly string[],
    context: RequestContext,
    reservation?: EngineReservation,
  ): Promise<(Prediction | null)[]> {
    return this.#predict(texts, texts.length, context, reservation);
  }

  predictVariants(
    text: string,
    variants: readonly string[],
    context: RequestContext,
  ): Promise<(Prediction | null)[]> {
    return this.#predict([text, ...variants], 1, context);
  }

  countTokens(texts: readonly string[], context: RequestContext): Promise<number[]> {
    return context.timings.measure('tokenize', () =>
      countTokens(texts, { ...this.#encoding, context }),
    );
  }

  load(): ModelLoad {
    return this.#engine.load();
  }

  /**
   * Rejects waiting texts and ends the workers.
   *
   * @throws Error when a worker hangs; see `WorkerPool.close`
   */
  async close(): Promise<void> {
    this.#observer.close();
    await this.#engine.close();
  }

  /** @param counted number of leading texts that count as predictions and in the drift */
  async #predict(
    texts: readonly string[],
    counted: number,
    context: RequestContext,
    reservation: EngineReservation = this.#engine.reserve(
      texts.length,
      context.deadline,
      this.#estimateTokens(texts),
    ),
  ): Promise<(Prediction | null)[]> {
    try {
      const encodings = await context.timings.measure('tokenize', () =>
        encodeTexts(texts, { ...this.#encoding, signal: context.signal }),
      );
      const scored = encodings.filter((encoding) => this.#holdsText(encoding));
      const sequences = scored.map(({ ids }) => ids);
      const logits = await this.#engine.score(sequences, context, reservation);
      let next = 0;
      const predictions = encodings.map((encoding) =>
        this.#holdsText(encoding) ? this.#prediction(logits[next++] ?? [], encoding) : null,
      );
      this.#observer.observe(predictions.slice(0, counted), encodings);
      return predictions;
    } finally {
      reservation.release();
    }
  }

  /** Closes the model if it may not answer. */
  async #finishStart(
    opened: OpenedBundle,
    { graphPath, logger }: OnnxSentimentModelOptions,
    { workers, startedMs }: { readonly workers: number; readonly startedMs: number },
  ): Promise<void> {
    const elapsedMs = () => Math.round(this.#clock.nowMs() - startedMs);
    try {
      // Before the workers, whose errors a damaged file would explain.
      await opened.verified;
      const verifyMs = elapsedMs();
      await this.#engine.ready();
      const workersMs = elapsedMs();
      await this.#check(opened, graphPath);
      const goldenCheckMs = elapsedMs() - workersMs;
      const { identity: model } = this;
      logger.info(
        { model, workers, verifyMs, workersMs, goldenCheckMs },
        'The inference engine is ready',
      );
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  /** Compares the first scores with known ones, and learns the speed of the engine. */
  async #check(loaded: OpenedBundle, graphPath: string | undefined): Promise<void> {
    const parts = { engine: this.#engine, encoding: this.#encoding, clock: this.#clock };
    const score = (texts: readonly string[]) => probabilitiesOf(texts, parts);
    if (graphPath === undefined) await checkGoldenTexts(loaded, score);
    else await checkLabelCount(graphPath, this.#labels.length, score);
    this.#engine.calibrate();
  }

  #estimateTokens(texts: readonly string[]): number {
    const estimate = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
    return texts.reduce((sum, text) => sum + Math.min(this.maxTokens, estimate(text)), 0);
  }

  #holdsText({ ids }: Encoding): boolean {
    return ids.length > this.#encoding.tokenizer.specialTokens;
  }

  #prediction(logits: ArrayLike<number>, { ids, truncated }: Encoding): Prediction {
    const scores = scoresOf(logits, this.#labels);
    return { label: topLabel(scores), scores, truncated, tokens: ids.length };
  }
}
