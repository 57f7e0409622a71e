import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Weight } from './weights.ts';

/** Distances from here on share the last bucket. */
const MAX_DISTANCE = 128;

/**
 * Bucket of a distance between two tokens, as MPNet (after T5) assigns it: half of the buckets for
 * each direction, of which half hold one distance each and the rest grow logarithmically.
 *
 * @param distance position of the key minus position of the query
 */
export function bucketOf(distance: number, buckets: number): number {
  const perDirection = buckets / 2;
  const exact = perDirection / 2;
  const direction = distance > 0 ? perDirection : 0;
  const size = Math.abs(distance);
  if (size < exact) return direction + size;
  // In 32-bit floats, as PyTorch computes it: powers of two lie on a bucket's edge.
  const logarithm = Math.fround(Math.log(size / exact));
  const share = Math.fround(logarithm / Math.fround(Math.log(MAX_DISTANCE / exact)));
  const bucket = exact + Math.trunc(Math.fround(share * (perDirection - exact)));
  return direction + Math.min(bucket, perDirection - 1);
}

/** Adds what relative positions contribute to attention scores: [1, heads, tokens, tokens]. */
export function relativePositionBias(
  graph: GraphBuilder,
  weight: Weight,
  { tokens, positions }: { readonly tokens: string; readonly positions: number },
): string {
  const heads = weight.columns;
  const distances = 2 * positions - 1;
  const table = graph.floats('relative_position_bias', [heads, distances], async () =>
    byDistance(await weight.read(), { buckets: weight.rows, heads, positions }),
  );
  const range = graph.node('Range', [graph.ints('zero', 0), tokens, graph.ints('one_token', 1)]);
  const keys = graph.node('Unsqueeze', [range, graph.ints('keys_axis', [0])]);
  const queries = graph.node('Unsqueeze', [range, graph.ints('queries_axis', [1])]);
  const distance = graph.node('Add', [
    graph.node('Sub', [keys, queries]),
    graph.ints('largest_distance', positions - 1),
  ]);
  const bias = graph.node('Gather', [table, distance], { attributes: { axis: { int: 1 } } });
  return graph.node('Unsqueeze', [bias, graph.ints('batch_axis', [0])]);
}

/** From bias[bucket, head] to bias[head, distance + positions - 1]. */
function byDistance(
  bias: Float32Array,
  size: { readonly buckets: number; readonly heads: number; readonly positions: number },
): Float32Array {
  const { buckets, heads, positions } = size;
  const distances = 2 * positions - 1;
  const table = new Float32Array(heads * distances);
  for (let index = 0; index < distances; index++) {
    const bucket = bucketOf(index - positions + 1, buckets);
    for (let head = 0; head < heads; head++) {
      table[head * distances + index] = bias[bucket * heads + head] ?? 0;
    }
  }
  return table;
}
