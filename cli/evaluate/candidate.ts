import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { contextWithoutCaller } from '../../service/application/request-context.ts';
import { type Label, type ModelIdentity, marginOf } from '../../service/domain/sentiment.ts';
import { type Bundle, findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import type { OnnxSentimentModel } from '../../service/inference/onnx-sentiment-model.ts';
import { modelsDir } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { endWorkers } from '../kit/exit-tasks.ts';
import { type ModelChoice, startModel } from '../kit/start-model.ts';
import { sum } from '../kit/statistics.ts';
import { externalDataOf } from '../models/external-data.ts';

const CALL_TIMEOUT_MS = 600_000;

/** A model's answer to one text. */
export interface Answer {
  readonly label: Label;
  /** Probability of that label, 0 to 1. */
  readonly confidence: number;
  /** Distance to the second highest probability, 0 to 1. */
  readonly margin: number;
}

/** A model under evaluation: the service's own, or its tokenizer and labels with another graph. */
export class Candidate {
  readonly identity: ModelIdentity;
  /** Graph in use, unless it is the bundle's. */
  readonly graph: string | null;
  readonly graphBytes: number;
  readonly #model: OnnxSentimentModel;

  private constructor(model: OnnxSentimentModel, graph: string | null, graphBytes: number) {
    this.identity = model.identity;
    this.graph = graph;
    this.graphBytes = graphBytes;
    this.#model = model;
  }

  /**
   * @throws StartupError when the bundle is unknown or damaged, or the graph cannot be loaded
   * @throws CliError when there is no such graph, or it lacks a file of its weights
   */
  static async load({ name, graph }: ModelChoice): Promise<Candidate> {
    const bundle = findBundle(await readManifest(modelsDir()), name);
    const bytes = graph === undefined ? bundleGraphBytes(bundle.files) : await graphBytes(graph);
    const model = await startModel({ name, ...(graph !== undefined && { graph }) });
    return new Candidate(model, graph ?? null, bytes);
  }

  /** Same length, same order; null when preprocessing leaves nothing to score. */
  async answer(texts: readonly string[]): Promise<(Answer | null)[]> {
    const predictions = await this.#model.predict(texts, contextWithoutCaller(CALL_TIMEOUT_MS));
    return predictions.map(
      (prediction) =>
        prediction && {
          label: prediction.label,
          confidence: prediction.scores[prediction.label],
          margin: marginOf(prediction.scores),
        },
    );
  }

  async close(): Promise<void> {
    await endWorkers(this.#model);
  }
}

/** Bytes of the graph and of the files that hold its weights: a bundle's other files are JSON. */
export function bundleGraphBytes(files: Bundle['files']): number {
  return sum(files.filter(({ name }) => !/\.jsonl?$/.test(name)).map(({ bytes }) => bytes));
}

/**
 * Bytes of a graph and of the files that hold its weights.
 *
 * @throws CliError when a file cannot be read, or is not a graph
 */
export async function graphBytes(path: string): Promise<number> {
  const ownBytes = await sizeOf(
    path,
    `${path} cannot be read; --model NAME=GRAPH takes an ONNX file`,
  );
  const [folder, graph] = [dirname(path), basename(path)];
  const weightBytes = externalDataOf(folder, graph).map((name) =>
    sizeOf(
      join(folder, name),
      `${join(folder, name)}, in which ${graph} keeps weights, cannot be read`,
    ),
  );
  return ownBytes + sum(await Promise.all(weightBytes));
}

async function sizeOf(path: string, fault: string): Promise<number> {
  const file = await stat(path).catch((cause: unknown) => {
    throw new CliError(fault, { cause });
  });
  if (file.isFile()) return file.size;
  throw new CliError(fault);
}
