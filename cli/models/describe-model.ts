import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { LABELS, type Label } from '../../service/domain/sentiment.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { UsageError } from '../kit/errors.ts';
import { ConversionError } from './convert/conversion-error.ts';
import {
  describeClassifier,
  labelNames,
  refuseOwnCode,
} from './convert/families/describe-classifier.ts';
import { maxTokens } from './convert/graph/classifier-graph.ts';
import { SourceError } from './source.ts';
import { TOKENIZER_CONFIG_FILE } from './tokenizer/added-tokens.ts';
import { readJsonFile } from './tokenizer/read-json-file.ts';
import { readTokenizerSettings } from './tokenizer/special-tokens.ts';

export const CONFIG_FILE = 'config.json';

const SINGLE_LABEL = 'single_label_classification';

/** A text has a start and an end token around its tokens. */
const MIN_TOKENS = 3;

/** Names of labels that cannot mean anything else, in lower case. */
const LABEL_NAMES: ReadonlyMap<string, Label> = new Map([
  ...LABELS.map((label): [string, Label] => [label, label]),
  // pysentimiento's models and others.
  ...LABELS.map((label): [string, Label] => [label.slice(0, 3), label]),
]);

/** Missing or null where the labels exclude each other, which is the usual case. */
const TaskConfig = Type.Object({ problem_type: Type.String() });

const LabeledConfig = Type.Object({ id2label: Type.Record(Type.String(), Type.String()) });

/** Written beside id2label, for programs that ask for the number of a name. */
const NumberedConfig = Type.Object({ label2id: Type.Record(Type.String(), Type.Unknown()) });

/** Properties that an ONNX graph of any family needs. */
const AnyConfig = Type.Object({
  model_type: Type.String(),
  id2label: Type.Record(Type.String(), Type.String()),
  max_position_embeddings: Type.Integer({ minimum: MIN_TOKENS }),
  pad_token_id: Type.Integer({ minimum: 0 }),
});

export interface DescribedModel extends Pick<Bundle, 'labels' | 'maxTokens' | 'padId'> {
  /** config.json's model_type. */
  readonly family: string;
}

/**
 * Reads the fields of a model's manifest entry from config.json and tokenizer_config.json.
 *
 * @param kind `weights` of a family that cannot be converted are refused, a `graph` is accepted
 * @param labels in the order of the logits; they replace those of the files
 * @throws SourceError when the files lack something, or name other labels
 */
export async function describeModel(
  folder: string,
  kind: 'graph' | 'weights',
  labels: readonly Label[] | undefined,
): Promise<DescribedModel> {
  const config = await readJsonFile(Type.Unknown(), folder, CONFIG_FILE);
  if (Value.Check(TaskConfig, config)) checkTask(config.problem_type);
  if (Value.Check(LabeledConfig, config)) {
    checkCount(labelNames(config.id2label));
    if (labels === undefined) checkNumbers(config);
  }
  const facts =
    kind === 'weights'
      ? convertible(config, refuseOwnCode)
      : (known(config) ?? (await anyFamily(folder)));
  const { max_len, model_max_length: limit = max_len } = await readTokenizerSettings(folder);
  // Exporters write 1e30 where the tokenizer knows no limit.
  const window = Math.floor(Math.min(facts.window, limit ?? facts.window));
  if (window < MIN_TOKENS) {
    throw new SourceError(
      `The model's window is ${window} tokens, at least ${MIN_TOKENS} are needed; see ` +
        `max_position_embeddings in ${CONFIG_FILE} and model_max_length in ${TOKENIZER_CONFIG_FILE}`,
      { retryable: false },
    );
  }
  checkCount(facts.labels);
  return {
    family: facts.family,
    labels: labels ? [...labels] : toLabels(facts.labels),
    maxTokens: window,
    padId: facts.padId,
  };
}

interface Facts {
  readonly family: string;
  readonly labels: readonly string[];
  readonly padId: number;
  readonly window: number;
}

function convertible(config: unknown, check: (config: unknown) => void = () => {}): Facts {
  try {
    const classifier = describeClassifier(config);
    check(config);
    return { ...classifier, window: maxTokens(classifier) };
  } catch (cause) {
    if (!(cause instanceof ConversionError)) throw cause;
    throw new SourceError(cause.message, { retryable: false, cause });
  }
}

/** Undefined where the converter does not know the family or one of its options. */
function known(config: unknown): Facts | undefined {
  try {
    return convertible(config);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

async function anyFamily(folder: string): Promise<Facts> {
  const config = await readJsonFile(AnyConfig, folder, CONFIG_FILE);
  if (config === undefined) {
    throw new SourceError(`${CONFIG_FILE} is missing`, { retryable: false });
  }
  return {
    family: config.model_type,
    labels: labelNames(config.id2label),
    padId: config.pad_token_id,
    window: config.max_position_embeddings,
  };
}

/** The logits of other tasks are not those of a softmax. */
function checkTask(problemType: string): void {
  if (problemType === SINGLE_LABEL) return;
  throw new SourceError(
    `This service answers one of three labels; the model's problem_type is "${problemType.slice(0, 80)}", as ${CONFIG_FILE} ` +
      `says, and cannot be served. Choose a model of ${SINGLE_LABEL}`,
    { retryable: false },
  );
}

/** The converter takes two to ten labels, the service answers these three. */
function checkCount(names: readonly string[]): void {
  if (names.length === LABELS.length) return;
  throw new SourceError(
    `This service answers ${LABELS.slice(0, -1).join(', ')} and ${LABELS.at(-1)}; the model has ` +
      `${names.length} labels (${names.join(', ').slice(0, 200)}, as ${CONFIG_FILE} says) and cannot be ` +
      'served. Choose a model of three labels, or fine-tune this one for them',
    { retryable: false },
  );
}

/** Config files that were edited by hand may name the labels in one order and number them in another. */
function checkNumbers(config: Static<typeof LabeledConfig>): void {
  if (!Value.Check(NumberedConfig, config)) return;
  for (const [id, name] of Object.entries(config.id2label)) {
    const number = Object.hasOwn(config.label2id, name) ? config.label2id[name] : undefined;
    if (number === undefined || Number(number) === Number(id)) continue;
    throw new SourceError(
      `${CONFIG_FILE} contradicts itself: id2label has "${id}": ${JSON.stringify(name)}, label2id has ` +
        `${JSON.stringify(name)}: ${JSON.stringify(number).slice(0, 80)}. If the model's card says which is right, give the order of ` +
        `the logits: --labels ${LABELS.join(',')}`,
      { retryable: false },
    );
  }
}

/** Reads the option of labels. @throws UsageError */
export function parseLabels(text: string): Label[] {
  const labels = labelsNamed(text.split(','));
  if (labels) return labels;
  throw new UsageError(
    '--labels must name negative, neutral and positive once each, in the order of the logits, ' +
      `got '${text}'`,
  );
}

/** The labels of these names; undefined unless they stand for all labels, each once. */
function labelsNamed(names: readonly string[]): Label[] | undefined {
  const labels = names
    .map((name) => LABEL_NAMES.get(name.trim().toLowerCase()))
    .filter((label) => label !== undefined);
  const isWhole = names.length === LABELS.length && new Set(labels).size === LABELS.length;
  return isWhole ? labels : undefined;
}

function toLabels(names: readonly string[]): Label[] {
  const labels = labelsNamed(names);
  if (labels) return labels;
  const isNumbered = names.every((name, index) => name === `LABEL_${index}`);
  throw new SourceError(
    `The model's labels are ${names.join(', ')}; needed are ${LABELS.join(', ')}. ` +
      (isNumbered && names.length === LABELS.length
        ? `The model's card says what they mean, usually ${meanings(names)}: `
        : 'If they mean these, say in which order the logits are: ') +
      `--labels ${LABELS.join(',')}`,
    { retryable: false },
  );
}

function meanings(names: readonly string[]): string {
  return names.map((name, index) => `${name} = ${LABELS[index]}`).join(', ');
}
