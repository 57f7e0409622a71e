import type { Activation } from '../families/classifier.ts';
import { type GraphBuilder, MICROSOFT } from '../onnx/graph-builder.ts';

/** ONNX Runtime's operators that add the bias themselves. */
const FUSED = { gelu: 'BiasGelu', 'gelu-tanh': 'FastGelu' } as const;

export function biasedActivation(
  graph: GraphBuilder,
  activation: Activation,
  input: string,
  bias: string,
): string {
  if (activation === 'gelu' || activation === 'gelu-tanh') {
    return graph.node(FUSED[activation], [input, bias], { domain: MICROSOFT });
  }
  return activate(graph, activation, graph.node('Add', [input, bias]));
}

export function activate(graph: GraphBuilder, activation: Activation, input: string): string {
  switch (activation) {
    case 'gelu':
      return graph.node('Gelu', [input], { domain: MICROSOFT });
    case 'gelu-tanh':
      return graph.node('FastGelu', [input], { domain: MICROSOFT });
    case 'relu':
      return graph.node('Relu', [input]);
    case 'tanh':
      return graph.node('Tanh', [input]);
    case 'silu':
      return graph.node('Mul', [input, graph.node('Sigmoid', [input])]);
  }
}
