import { stat } from 'node:fs/promises';
import { PhaseTimings, type RequestContext } from '../../service/application/request-context.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { type Label, topLabel } from '../../service/domain/sentiment.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { loadBundle } from '../../service/inference/bundle/model-bundle.ts';
import { BatchEngine } from '../../service/inference/scheduling/batch-engine.ts';
import { scoresOf } from '../../service/inference/scores.ts';
import { EventLoopTurns } from '../../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer, type Normalizer } from '../../service/inference/tokenizer/normalize.ts';
import { TransformersTokenizer } from '../../service/inference/tokenizer/transformers-tokenizer.ts';
import { cpuCount } from '../../service/inference/workers/cpu-count.ts';
import { modelsDir } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { WORKER_URL } from '../kit/inference-worker.ts';

const CALL_TIMEOUT_MS = 600_000;

/** A model to measure. */
export interface ModelChoice {
  readonly name: string;
  /** ONNX file instead of the bundle's own graph. */
  readonly graph?: string;
}

/** A model's answer to one text. */
export interface Answer {
  readonly label: Label;
  /** Probability of that label, 0 to 1. */
  readonly confidence: number;
}

/**
 * A model under evaluation, on the service's own engine. Unlike the service it checks no golden
 * texts: another format than the bundle's answers them a little differently.
 */
export class Candidate {
  readonly bundle: Bundle;
  /** Graph in use, unless it is the bundle's. */
  readonly graph: string | null;
  readonly graphBytes: number;
  readonly #normalize: Normalizer;
  readonly #tokenizer: TransformersTokenizer;
  readonly #engine: BatchEngine;

  private constructor(
    bundle: Bundle,
    graph: { readonly path: string | null; readonly bytes: number },
    parts: { readonly tokenizer: TransformersTokenizer; readonly engine: BatchEngine },
  ) {
    this.bundle = bundle;
    this.graph = graph.path;
    this.graphBytes = graph.bytes;
    this.#normalize = createNormalizer(bundle.preprocessing);
    this.#tokenizer = parts.tokenizer;
    this.#engine = parts.engine;
  }

  /**
   * Loads a bundle, or its tokenizer and labels with another graph.
   *
   * @throws StartupError when the bundle is unknown or damaged, or the graph cannot be loaded
   * @throws CliError when there is no such graph
   */
  static async load({ name, graph }: ModelChoice): Promise<Candidate> {
    const { bundle, graphPath, tokenizer } = await loadBundle(modelsDir(), name);
    const path = graph ?? graphPath;
    const bytes = await sizeOf(path);
    const engine = await BatchEngine.start({
      workers: await cpuCount(),
      workerUrl: WORKER_URL,
      settings: {
        modelPath: path,
        graphOptimization: bundle.graphOptimization,
        padId: bundle.padId,
        warmUpLengths: [],
      },
      hangTimeoutMs: ENVIRONMENT.INFERENCE_HANG_TIMEOUT_MS.default,
      tokenBudget: ENVIRONMENT.INFERENCE_TOKEN_BUDGET.default,
      maxTokens: bundle.maxTokens,
      metrics: { record: () => {} },
      onRestart: () => {},
      onFatal: (reason) => {
        console.error(reason);
        // process.exit would wait for a worker that hangs in native code.
        process.kill(process.pid, 'SIGKILL');
      },
    });
    return new Candidate(
      bundle,
      { path: graph ?? null, bytes },
      {
        tokenizer: new TransformersTokenizer(tokenizer, bundle.maxTokens, new EventLoopTurns()),
        engine,
      },
    );
  }

  /** Same length, same order; null when preprocessing leaves nothing to score. */
  async answer(texts: readonly string[]): Promise<(Answer | null)[]> {
    const sequences: (readonly number[])[] = [];
    for (const text of texts) {
      sequences.push((await this.#tokenizer.encode(this.#normalize(text))).ids);
    }
    const holdsText = (ids: readonly number[]) => ids.length > this.#tokenizer.specialTokens;
    const logits = await this.#engine.score(sequences.filter(holdsText), newContext());
    let next = 0;
    return sequences.map((ids) => (holdsText(ids) ? this.#answerOf(logits[next++] ?? []) : null));
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  #answerOf(logits: ArrayLike<number>): Answer {
    const { labels } = this.bundle;
    if (logits.length !== labels.length) {
      throw new CliError(
        `${this.bundle.name}: the graph returns ${logits.length} logits, the manifest has ${labels.length} labels`,
      );
    }
    const scores = scoresOf(logits, labels);
    const label = topLabel(scores);
    return { label, confidence: scores[label] };
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new CliError(`${path} cannot be read; --model NAME=GRAPH takes an ONNX file`, {
      cause,
    });
  }
}

function newContext(): RequestContext {
  return {
    deadline: { atMs: performance.now() + CALL_TIMEOUT_MS },
    signal: new AbortController().signal,
    timings: new PhaseTimings(),
  };
}
