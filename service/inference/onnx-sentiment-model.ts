import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type {
  ModelLoad,
  Reservation,
  SentimentModel,
} from '../application/ports/sentiment-model.ts';
import {
  type Deadline,
  type RequestContext,
  StageTimings,
} from '../application/request-context.ts';
import {
  type Label,
  type ModelIdentity,
  type Prediction,
  type Scores,
  topLabel,
} from '../domain/sentiment.ts';
import { loadBundle, type ModelBundle } from './bundle/model-bundle.ts';
import { DriftMonitor } from './drift/drift-monitor.ts';
import { checkGoldenTexts } from './golden-check.ts';
import { BatchEngine } from './scheduling/batch-engine.ts';
import { softmax } from './softmax.ts';
import { encodeTexts } from './tokenizer/encode-texts.ts';
import { EventLoopTurns } from './tokenizer/event-loop-turns.ts';
import type { Encoding, Tokenizer } from './tokenizer/tokenizer.ts';
import { TransformersTokenizer } from './tokenizer/transformers-tokenizer.ts';
import { cpuCount } from './workers/cpu-count.ts';

export interface OnnxSentimentModelOptions {
  /** Folder of manifest.json and the bundles. */
  readonly modelsDir: string;
  readonly modelName: string;
  /** Worker threads; undefined: one per vCPU of the container's quota, else of the host. */
  readonly workers: number | undefined;
  /** Padded tokens (longest text x texts) that one batch may hold. */
  readonly tokenBudget: number;
  /** A worker silent for longer, in a batch or replacing a dead one, is taken for hung. */
  readonly hangTimeoutMs: number;
  /** The bundled worker: `new URL('./inference-worker.js', import.meta.url)` from dist/main.js. */
  readonly workerUrl: URL;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /**
   * Called once when the engine cannot go on (a worker hangs in native code, or workers die
   * faster than they can be replaced): turn readiness off and exit 1.
   */
  readonly onFatal: (reason: string) => void;
}

/** Time the golden texts may take at the start. */
const GOLDEN_CHECK_MS = 60_000;

/** Characters that make a token, of texts that have not been tokenised: a low guess. */
const CHARACTERS_PER_TOKEN = 6;

/** The sentiment model on ONNX Runtime sessions in worker threads. */
export class OnnxSentimentModel implements SentimentModel {
  readonly identity: ModelIdentity;
  readonly maxTokens: number;
  readonly #labels: readonly Label[];
  readonly #tokenizer: Tokenizer;
  readonly #turns: EventLoopTurns;
  readonly #engine: BatchEngine;
  readonly #metrics: Metrics;
  readonly #drift: DriftMonitor;

  private constructor(
    { manifest }: ModelBundle,
    parts: { tokenizer: Tokenizer; turns: EventLoopTurns; engine: BatchEngine; metrics: Metrics },
  ) {
    this.identity = {
      name: manifest.name,
      revision: manifest.revision,
      preprocessingVersion: manifest.preprocessingVersion,
    };
    this.maxTokens = manifest.maxTokens;
    this.#labels = manifest.labels;
    this.#tokenizer = parts.tokenizer;
    this.#turns = parts.turns;
    this.#engine = parts.engine;
    this.#metrics = parts.metrics;
    this.#drift = new DriftMonitor({
      metrics: parts.metrics,
      reference: manifest.referenceLabelMix,
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
    const startedMs = performance.now();
    const { metrics, logger } = options;
    const bundle = await loadBundle(options.modelsDir, options.modelName);
    const verifiedMs = performance.now();
    const { manifest } = bundle;
    const workers = options.workers ?? (await cpuCount());
    const starting = BatchEngine.start({
      workers,
      workerUrl: options.workerUrl,
      settings: {
        modelPath: bundle.graphPath,
        graphOptimization: manifest.graphOptimization,
        padId: manifest.padId,
        warmUpLengths: warmUpLengths(manifest.maxTokens),
      },
      hangTimeoutMs: options.hangTimeoutMs,
      tokenBudget: options.tokenBudget,
      maxTokens: manifest.maxTokens,
      metrics,
      onRestart: (error) => logger.error({ err: error }, 'An inference worker died; replacing it'),
      onFatal: options.onFatal,
    });
    const turns = new EventLoopTurns();
    const tokenizer = new TransformersTokenizer(bundle.tokenizer, manifest.maxTokens, turns);
    const engine = await starting;
    const workersReadyMs = performance.now();
    const model = new OnnxSentimentModel(bundle, { tokenizer, turns, engine, metrics });
    try {
      await model.#checkGoldenTexts(bundle);
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
        goldenCheckMs: Math.round(performance.now() - workersReadyMs),
      },
      'The inference engine is ready',
    );
    return model;
  }

  reserve(count: number, deadline: Deadline): Reservation {
    return this.#engine.hold(count, deadline);
  }

  async predict(
    texts: readonly string[],
    context: RequestContext,
    reservation?: Reservation,
  ): Promise<(Prediction | null)[]> {
    const held =
      reservation ?? this.#engine.hold(texts.length, context.deadline, this.#guessTokens(texts));
    let encodings: Encoding[];
    try {
      encodings = await context.timings.measure('tokenize', () => this.#encode(texts, context));
    } finally {
      held.release();
    }
    const scored = encodings.filter(({ ids }) => ids.length > this.#tokenizer.specialTokens);
    const sequences = scored.map(({ ids }) => ids);
    // Who has a reservation has paid for the read already.
    if (reservation === undefined) this.#engine.check(sequences, context.deadline);
    const logits = await this.#engine.run(sequences, context);

    this.#metrics.record('Predictions', logits.length);
    const truncated = scored.filter((encoding) => encoding.truncated).length;
    if (truncated > 0) this.#metrics.record('TruncatedTexts', truncated);
    let next = 0;
    return encodings.map((encoding) => {
      if (encoding.ids.length <= this.#tokenizer.specialTokens) return null;
      const prediction = this.#prediction(logits[next++] ?? [], encoding.truncated);
      this.#drift.observe(prediction, encoding.ids);
      return prediction;
    });
  }

  load(): ModelLoad {
    return this.#engine.load();
  }

  /** Ends the workers; what still waits is refused. */
  async close(): Promise<void> {
    this.#drift.close();
    await this.#engine.close();
  }

  #encode(texts: readonly string[], { signal }: { signal: AbortSignal }): Promise<Encoding[]> {
    return encodeTexts(texts, { tokenizer: this.#tokenizer, turns: this.#turns, signal });
  }

  async #checkGoldenTexts({ manifest, startUpTexts }: ModelBundle): Promise<void> {
    const { tolerance, batchTolerance = tolerance } = manifest.golden;
    const score = (texts: readonly string[]) => this.#probabilities(texts);
    if (manifest.batchInvariant) {
      await checkGoldenTexts(startUpTexts, tolerance, score);
      return;
    }
    for (const golden of startUpTexts) await checkGoldenTexts([golden], tolerance, score);
    await checkGoldenTexts(startUpTexts, batchTolerance, score);
  }

  /** In the order of the model's logits. */
  async #probabilities(texts: readonly string[]): Promise<number[][]> {
    const context: RequestContext = {
      deadline: { atMs: performance.now() + GOLDEN_CHECK_MS },
      signal: new AbortController().signal,
      timings: new StageTimings(),
    };
    const encodings = await this.#encode(texts, context);
    const logits = await this.#engine.run(
      encodings.map(({ ids }) => ids),
      context,
    );
    return logits.map(softmax);
  }

  #guessTokens(texts: readonly string[]): number {
    const guess = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
    return texts.reduce((sum, text) => sum + Math.min(this.maxTokens, guess(text)), 0);
  }

  #prediction(logits: ArrayLike<number>, truncated: boolean): Prediction {
    const probabilities = softmax(logits);
    const scoreOf = (label: Label) => probabilities[this.#labels.indexOf(label)] ?? Number.NaN;
    const scores: Scores = {
      negative: scoreOf('negative'),
      neutral: scoreOf('neutral'),
      positive: scoreOf('positive'),
    };
    return { label: topLabel(scores), scores, truncated };
  }
}

/** Powers of two up to the window: what the memory arena grows by. */
function warmUpLengths(maxTokens: number): number[] {
  const lengths: number[] = [];
  for (let length = 8; length < maxTokens; length *= 2) lengths.push(length);
  return [...lengths, maxTokens];
}
