/** What the engine's main thread and its workers say to one another. */

export type GraphOptimization = 'disabled' | 'basic' | 'extended' | 'all';

/** Handed over when the worker starts. */
export interface WorkerSettings {
  readonly modelPath: string;
  readonly graphOptimization: GraphOptimization;
  /** Token id that fills up the shorter texts of a batch. */
  readonly padId: number;
  /** Token counts to run once before the worker reports that it is ready. */
  readonly warmUpLengths: readonly number[];
}

/** A batch: the token ids of all texts one after another, and how many each has. */
export interface BatchMessage {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly lengths: Int32Array<ArrayBuffer>;
}

/**
 * Sent to a worker that shall end. Terminating it instead would abort the whole process when
 * the worker is inside a native call (Node-API throws into a dying environment).
 */
export const CLOSE = 'close';

/** A worker answers each batch before it gets the next. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'logits'; readonly logits: Float32Array<ArrayBuffer> };
