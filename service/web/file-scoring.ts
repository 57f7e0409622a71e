/** Scores the texts of a file in batches; nothing here touches the document. */
import type { TextSentiment, TextsResponse } from '../http/routes/texts/schemas.ts';
import { ApiProblem } from './api-problem.ts';
import { adviceOn } from './problems.ts';

/** Small, so that one file leaves room for other callers. */
const BATCH_TEXTS = 64;
/** Bytes of texts in a batch, half of the usual limit of a body. */
const BATCH_BYTES = 512 * 1024;
/** Refusals in a row after which the visitor decides whether to go on. */
const MOST_REFUSALS = 8;
const LONGEST_PAUSE_MS = 60_000;

/** A failure that concerns one text of a batch, or its size: found by halving the batch. */
const SPLIT = new Set(['batch_too_large', 'body_too_large', 'text_too_long', 'invalid_request']);

/** The model stands in each row: during a release, batches may get answers of two. */
export type RowResult =
  | (Omit<TextSentiment, 'status' | 'words'> & Pick<TextsResponse, 'model'>)
  | { readonly fault: string };

export interface FileScoringOptions {
  readonly texts: readonly string[];
  readonly send: (texts: readonly string[], signal: AbortSignal) => Promise<TextsResponse>;
  /** Rejects when the signal is aborted; called with one that is not. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called after each answer, and before a pause with its length. */
  readonly onProgress: (progress: { readonly done: number; readonly pauseMs: number }) => void;
}

/** The results of a file's rows so far. A run that has ended can be continued by another. */
export class FileScoring {
  readonly #options: FileScoringOptions;
  readonly results: (RowResult | undefined)[];

  /** @param faults reasons of rows that are not sent, by index */
  constructor(options: FileScoringOptions, faults: ReadonlyMap<number, string>) {
    this.#options = options;
    this.results = options.texts.map((_, index) => {
      const fault = faults.get(index);
      return fault === undefined ? undefined : { fault };
    });
  }

  get done(): number {
    return this.results.filter((result) => result !== undefined).length;
  }

  /** @throws ApiProblem when the service refuses for good; an AbortError when it is canceled */
  async run(signal: AbortSignal): Promise<void> {
    const { texts } = this.#options;
    const pending = [...texts.keys()].filter((index) => this.results[index] === undefined);
    for (const batch of batchesOf(pending, texts)) {
      await this.#score(batch, signal);
    }
  }

  async #score(batch: readonly number[], signal: AbortSignal): Promise<void> {
    const { onProgress } = this.#options;
    try {
      const { results, model } = await this.#sendPatiently(batch, signal);
      for (const [place, index] of batch.entries()) {
        this.results[index] = rowResult(results[place], model);
      }
      onProgress({ done: this.done, pauseMs: 0 });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const isRefused = SPLIT.has(error.code);
      const [first] = batch;
      if (batch.length === 1 && first !== undefined && isRefused) {
        this.results[first] = { fault: adviceOn(error.code, error.message).message };
        onProgress({ done: this.done, pauseMs: 0 });
        return;
      }
      if (batch.length === 1 || !(isRefused || error.exceedsDeadline)) throw error;
      const half = Math.ceil(batch.length / 2);
      await this.#score(batch.slice(0, half), signal);
      await this.#score(batch.slice(half), signal);
    }
  }

  async #sendPatiently(batch: readonly number[], signal: AbortSignal): Promise<TextsResponse> {
    const texts = batch.map((index) => this.#options.texts[index] ?? '');
    for (let refusals = 0; ; refusals++) {
      try {
        return await this.#options.send(texts, signal);
      } catch (error) {
        const canRetry = error instanceof ApiProblem && adviceOn(error.code, '').canRetry;
        if (!canRetry || refusals >= MOST_REFUSALS) throw error;
        const pauseMs = Math.min(
          LONGEST_PAUSE_MS,
          (error.retryAfterSeconds ?? 2 ** refusals) * 1_000,
        );
        signal.throwIfAborted();
        this.#options.onProgress({ done: this.done, pauseMs });
        await this.#options.pause(pauseMs, signal);
        if (error.exceedsDeadline && batch.length > 1) throw error;
      }
    }
  }
}

function* batchesOf(indexes: readonly number[], texts: readonly string[]): Generator<number[]> {
  let batch: number[] = [];
  let bytes = 0;
  for (const index of indexes) {
    // At most three bytes of UTF-8 for each code unit.
    const size = (texts[index]?.length ?? 0) * 3;
    if (batch.length === BATCH_TEXTS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(index);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function rowResult(
  answer: TextsResponse['results'][number] | undefined,
  model: TextsResponse['model'],
): RowResult {
  if (!answer) return { fault: 'The service answered without a result.' };
  if (answer.status === 'ok') return { ...answer, model };
  return { fault: adviceOn(answer.problem.code, answer.problem.detail).message };
}
