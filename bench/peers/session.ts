import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphOptimization } from '../../service/inference/workers/worker-protocol.ts';

// Peers send nothing to ONNX Runtime's maker either (docs/adr/0032), which takes time too.
process.env.ORT_DISABLE_TELEMETRY = '1';

export interface SessionSettings {
  readonly graph: string;
  readonly optimization: GraphOptimization;
  readonly threads: number;
  /** Token that fills up the shorter texts of a batch. */
  readonly padId: number;
}

/** A bare session, nothing around it. Both methods block the calling thread. */
export interface BareSession {
  /** Logits of one text. */
  run(ids: readonly number[]): Promise<Float32Array>;
  /** Logits of several texts, which are padded to the longest: row by row. */
  runBatch(batch: readonly (readonly number[])[]): Promise<Float32Array>;
}

export async function openSession(settings: SessionSettings): Promise<BareSession> {
  const session = await InferenceSession.create(settings.graph, {
    executionMode: 'sequential',
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: settings.optimization,
  });
  const runBatch: BareSession['runBatch'] = async (batch) => {
    const length = Math.max(...batch.map((ids) => ids.length));
    const shape = [batch.length, length];
    const inputIds = new BigInt64Array(batch.length * length).fill(BigInt(settings.padId));
    const attentionMask = new BigInt64Array(batch.length * length);
    for (const [row, ids] of batch.entries()) {
      inputIds.set(ids.map(BigInt), row * length);
      attentionMask.fill(1n, row * length, row * length + ids.length);
    }
    const { logits } = await session.run({
      input_ids: new Tensor('int64', inputIds, shape),
      attention_mask: new Tensor('int64', attentionMask, shape),
    });
    if (!(logits?.data instanceof Float32Array)) throw new Error('no logits of float32');
    return logits.data;
  };
  return { run: (ids) => runBatch([ids]), runBatch };
}
