/** Messages between the engine's main thread and its workers. */

export type GraphOptimization = 'disabled' | 'basic' | 'extended' | 'all';

/** Passed to a worker when it starts. */
export interface WorkerSettings {
  readonly modelPath: string;
  readonly graphOptimization: GraphOptimization;
  /** Token id that pads the shorter texts of a batch. */
  readonly padId: number;
  /** Tokens of a text to compute before the worker reports that it is ready; 0: none. */
  readonly warmUpTokens: number;
}

/** A batch: the token ids of all texts one after another, and the length of each text. */
export interface BatchMessage {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly lengths: Int32Array<ArrayBuffer>;
}

/**
 * Asks a worker to end. `worker.terminate()` would abort the whole process if the worker were
 * inside a native call (Node-API throws into a dying environment).
 */
export const CLOSE = 'close';

/** A worker answers each batch before it gets the next one. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'logits'; readonly logits: Float32Array<ArrayBuffer> };
