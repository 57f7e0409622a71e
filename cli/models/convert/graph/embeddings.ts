import type { Classifier } from '../families/classifier.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { ELEMENT_TYPES } from '../onnx/initializer.ts';
import { quantizeTable } from './quantize.ts';
import type { Weight, Weights } from './weights.ts';

/** Sum of word, position and token type embeddings, [batch, tokens, width]. */
export function embed(
  graph: GraphBuilder,
  { vocabulary, embeddings }: Classifier,
  weights: Weights,
  { shape, int8 }: { readonly shape: string; readonly int8: boolean },
): string {
  const { width } = embeddings;
  const words = weights.find('embeddings.word_embeddings.weight', [vocabulary, width]);
  const embedded = int8 ? gatherQuantized(graph, words) : gather(graph, words);
  const positions = positionTable(graph, embeddings, weights);
  const tokens = graph.node('Slice', [
    shape,
    graph.ints('tokens_axis', [1]),
    graph.ints('tokens_axis_end', [2]),
  ]);
  const start = graph.ints('first_position', [0]);
  return graph.node('Add', [embedded, graph.node('Slice', [positions, start, tokens])]);
}

function gather(graph: GraphBuilder, words: Weight): string {
  const table = graph.initializer({
    name: words.name,
    type: 'float',
    shape: words.shape,
    chunks: () => words.blocks(),
  });
  return graph.node('Gather', [table, 'input_ids']);
}

function gatherQuantized(graph: GraphBuilder, words: Weight): string {
  const scales = new Float32Array(words.rows);
  const chunks = async function* () {
    let row = 0;
    for await (const block of words.blocks()) {
      const quantized = quantizeTable(block, words.columns);
      scales.set(quantized.scales, row);
      row += quantized.scales.length;
      yield quantized.values;
    }
  };
  const table = graph.initializer({ name: words.name, type: 'int8', shape: words.shape, chunks });
  const scaleTable = graph.floats(`${words.name}.scales`, [words.rows, 1], async () => scales);
  const rows = graph.node('Cast', [graph.node('Gather', [table, 'input_ids'])], {
    attributes: { to: { int: ELEMENT_TYPES.float } },
  });
  return graph.node('Mul', [rows, graph.node('Gather', [scaleTable, 'input_ids'])]);
}

/** Positions from the first token's on; every token has token type 0, so that is added here. */
function positionTable(
  graph: GraphBuilder,
  { width, positions, firstPosition, tokenTypes }: Classifier['embeddings'],
  weights: Weights,
): string {
  const table = weights.find('embeddings.position_embeddings.weight', [positions, width]);
  const types =
    tokenTypes === 0
      ? undefined
      : weights.find('embeddings.token_type_embeddings.weight', [tokenTypes, width]);
  return graph.floats('positions', [positions - firstPosition, width], async () => {
    const values = (await table.read()).subarray(firstPosition * width);
    const type = await types?.read();
    if (type) {
      for (let at = 0; at < values.length; at++) {
        values[at] = (values[at] ?? 0) + (type[at % width] ?? 0);
      }
    }
    return values;
  });
}
