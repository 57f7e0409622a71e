import { type ProtobufFile, readGraph } from './protobuf-file.ts';
import { SourceError } from './source.ts';

/** Fields of onnx.proto, by number. */
const MODEL = { graph: 7 };
const GRAPH = { node: 1, output: 12 };
const NODE = { input: 1, output: 2, operator: 4 };
const VALUE = { name: 1 };

/** The output that the service reads where a graph has several. */
const LOGITS = 'logits';

/** Operators whose output has the values of their first input. */
const SAME_VALUES: ReadonlySet<string> = new Set([
  'Cast',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
]);
const PROBABILITIES: ReadonlySet<string> = new Set(['Sigmoid', 'Softmax']);

interface Node {
  readonly operator: string;
  readonly input: string | undefined;
  readonly outputs: readonly string[];
}

/**
 * Checks that the output which the service reads is not made by Softmax or Sigmoid: the service
 * applies softmax itself.
 *
 * @throws SourceError
 */
export function checkOutput(folder: string, graph: string): void {
  const operator = readGraph(folder, graph, operatorOfLogits);
  if (operator === undefined || !PROBABILITIES.has(operator)) return;
  throw notLogits(`The output of ${graph} is made by ${operator}`, operator);
}

/** @param last what the graph has to be exported without */
export function notLogits(finding: string, last = 'Softmax'): SourceError {
  return new SourceError(
    `${finding}, so that it holds probabilities; the service needs logits, to which it applies softmax. ` +
      `Export the model without its last ${last}`,
    { retryable: false },
  );
}

/** The operator that makes the logits; undefined if no node of the graph does. */
function operatorOfLogits(file: ProtobufFile): string | undefined {
  const makers = new Map<string, Node>();
  const outputs: string[] = [];
  for (const model of file.fields(0, file.bytes)) {
    if (model.field !== MODEL.graph) continue;
    for (const { field, from, to } of file.fields(model.from, model.to)) {
      if (field === GRAPH.output) outputs.push(...textsOf(file, from, to, VALUE.name));
      if (field !== GRAPH.node) continue;
      const node = nodeOf(file, from, to);
      for (const output of node.outputs) makers.set(output, node);
    }
  }
  const name = outputs.includes(LOGITS) ? LOGITS : outputs[0];
  let node = makers.get(name ?? '');
  // Each node is passed once: a damaged graph may have a cycle.
  for (const _ of makers) {
    if (node === undefined || !SAME_VALUES.has(node.operator)) break;
    node = makers.get(node.input ?? '');
  }
  return node?.operator;
}

function nodeOf(file: ProtobufFile, start: number, end: number): Node {
  const [operator = ''] = textsOf(file, start, end, NODE.operator);
  const [input] = textsOf(file, start, end, NODE.input);
  return { operator, input, outputs: textsOf(file, start, end, NODE.output) };
}

/** Texts of a field that a message may have several times. */
function textsOf(file: ProtobufFile, start: number, end: number, wanted: number): string[] {
  const texts: string[] = [];
  for (const { field, from, to } of file.fields(start, end)) {
    if (field === wanted) texts.push(file.text(from, to));
  }
  return texts;
}
