import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type { ModelLoad, SentimentModel } from '../application/ports/sentiment-model.ts';
import type { Deadline, RequestContext } from '../application/request-context.ts';
import { type CpuFamily, cpuFamilyOf } from '../contract/cpu-family.ts';
import { DEFAULT_CERTAIN_MARGIN } from '../contract/model-manifest.ts';
import { ANY_LANGUAGE } from '../domain/language.ts';
import { type Label, type ModelIdentity, type Prediction, topLabel } from '../domain/sentiment.ts';
import { type LoadedBundle, loadBundle } from './bundle/model-bundle.ts';
import { type Clock, systemClock } from './clock.ts';
import { checkGoldenTexts, checkLabelCount } from './golden-check.ts';
import { PredictionObserver } from './prediction-observer.ts';
import { probabilitiesOf } from './probabilities.ts';
import { BatchEngine, type EngineReservation } from './scheduling/batch-engine.ts';
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

export interface OnnxSentimentModelOptions {
  /** Folder with manifest.json and the bundles. */
  readonly modelsDir: string;
  readonly modelName: string;
  /**
   * ONNX file instead of the bundle's graph, to compare formats. The golden texts, which hold
   * scores of the bundle's graph, are not checked.
   */
  readonly graphPath?: string;
  /** Worker threads; if undefined, one per vCPU of the container's quota or of the host. */
  readonly workers: number | undefined;
  /** Padded tokens (longest text x texts) that one batch may hold. */
  readonly tokenBudget: number;
  /** Limit on a worker's silence, in a batch or while it replaces a dead one. */
  readonly hangTimeoutMs: number;
  /** The bundled worker: `new URL('./inference-worker.js', import.meta.url)` from dist/main.js. */
  readonly workerUrl: URL;
  /** Default: this process's family. */
  readonly cpuFamily?: CpuFamily;
  readonly clock?: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /**
   * Called once when the engine has failed (a worker hangs in native code, or workers die faster
   * than they can be replaced): turn readiness off and exit 1.
   */
  readonly onFatal: (reason: string) => void;
}

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

  private constructor(
    { bundle }: LoadedBundle,
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
   * Loads and verifies the bundle, starts the workers, warms them up and checks the golden
   * texts.
   *
   * @throws StartupError
   */
  static async start(options: OnnxSentimentModelOptions): Promise<OnnxSentimentModel> {
    const { metrics, logger, clock = systemClock, cpuFamily = cpuFamilyOf(process.arch) } = options;
    const startedMs = clock.nowMs();
    const loaded = await loadBundle(options.modelsDir, options.modelName, cpuFamily);
    const verifiedMs = clock.nowMs();
    const { bundle } = loaded;
    const workers = options.workers ?? (await cpuCount());
    const starting = BatchEngine.start({
      workers,
      workerUrl: options.workerUrl,
      settings: {
        modelPath: options.graphPath ?? loaded.graphPath,
        graphOptimization: bundle.graphOptimization,
        padId: bundle.padId,
        warmUpLengths: warmUpLengths(bundle.maxTokens),
      },
      hangTimeoutMs: options.hangTimeoutMs,
      tokenBudget: options.tokenBudget,
      maxTokens: bundle.maxTokens,
      cpuFamily,
      clock,
      metrics,
      onRestart: (error) => logger.error({ err: error }, 'An inference worker died; replacing it'),
      onFatal: options.onFatal,
    });
    const turns = new EventLoopTurns(clock);
    const tokenizer = new TransformersTokenizer(loaded.tokenizer, bundle.maxTokens, turns);
    const engine = await starting;
    const workersReadyMs = clock.nowMs();
    const model = new OnnxSentimentModel(loaded, { clock, tokenizer, turns, engine, metrics });
    try {
      await model.#check(loaded, options.graphPath);
    } catch (error) {
      await model.close();
      throw error;
    }
    logger.info(
      {
        model: model.identity,
        workers,
        verifyMs: Math.round(verifiedMs - startedMs),
        workersMs: Math.round(workersReadyMs - verifiedMs),
        goldenCheckMs: Math.round(clock.nowMs() - workersReadyMs),
      },
      'The inference engine is ready',
    );
    return model;
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

  /** Rejects waiting texts and ends the workers. */
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

  /** Compares the first scores with known ones, and learns the speed of the engine. */
  async #check(loaded: LoadedBundle, graphPath: string | undefined): Promise<void> {
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

/** Powers of two up to the window: the steps in which the memory arena grows. */
function warmUpLengths(maxTokens: number): number[] {
  const lengths: number[] = [];
  for (let length = 8; length < maxTokens; length *= 2) lengths.push(length);
  return [...lengths, maxTokens];
}
