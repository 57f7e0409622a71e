import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphOptimization } from '../../service/inference/workers/worker-protocol.ts';

// Peers send nothing to ONNX Runtime's maker either (docs/adr/0032), which takes time too.
process.env.ORT_DISABLE_TELEMETRY = '1';

export interface SessionSettings {
  readonly graph: string;
  readonly optimization: GraphOptimization;
  readonly threads: number;
}

/** A bare session: one text at a time, nothing around it. */
export interface BareSession {
  /** Logits of one text. `run` blocks the calling thread. */
  run(ids: readonly number[]): Promise<Float32Array>;
}

export async function openSession(settings: SessionSettings): Promise<BareSession> {
  const session = await InferenceSession.create(settings.graph, {
    executionMode: 'sequential',
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: settings.optimization,
  });
  return {
    async run(ids) {
      const shape = [1, ids.length];
      const { logits } = await session.run({
        input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
      });
      if (!(logits?.data instanceof Float32Array)) throw new Error('no logits of float32');
      return logits.data;
    },
  };
}
