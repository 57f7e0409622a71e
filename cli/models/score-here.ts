import { WORKER_URL } from '../kit/inference-worker.ts';
import { type GraphToTry, TrialGraph } from './trial-graph.ts';
import type { Sequence } from './trial-sequences.ts';

export interface ScoringRequest {
  readonly folder: string;
  readonly model: GraphToTry;
  readonly sequences: readonly Sequence[];
}

/** @returns probabilities of each sequence alone, in the order of the model's labels */
export function scoreHere({ folder, model, sequences }: ScoringRequest): Promise<number[][]> {
  return TrialGraph.use(folder, model, WORKER_URL, (graph) => graph.alone(sequences));
}
