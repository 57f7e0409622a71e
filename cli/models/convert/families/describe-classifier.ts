import Type from 'typebox';
import Value from 'typebox/value';
import { ConversionError } from '../conversion-error.ts';
import { describeBert } from './bert.ts';
import type { Classifier } from './classifier.ts';
import { parseConfig } from './config-schema.ts';
import { describeDistilbert } from './distilbert.ts';
import { describeElectra } from './electra.ts';
import type { Describe } from './family.ts';
import { describeMpnet } from './mpnet.ts';
import { describeRoberta } from './roberta.ts';

const FAMILIES: ReadonlyMap<string, Describe> = new Map([
  ['bert', describeBert],
  ['roberta', describeRoberta],
  ['camembert', describeRoberta],
  ['xlm-roberta', describeRoberta],
  ['distilbert', describeDistilbert],
  ['mpnet', describeMpnet],
  ['electra', describeElectra],
]);

/** Classes of transformers for these families, whose networks are what this converts. */
const CLASSES =
  /^(TF|Flax)?(Bert|Roberta|Camembert|XLMRoberta|DistilBert|MPNet|Electra)ForSequenceClassification$/;

const Architectures = Type.Object({ architectures: Type.Array(Type.String()) });

const OwnCode = Type.Object({
  auto_map: Type.Object({ AutoModelForSequenceClassification: Type.Unknown() }),
});

const MIN_LABELS = 2;
const MAX_LABELS = 10;

const Common = Type.Object({
  model_type: Type.String(),
  architectures: Type.Optional(Type.Array(Type.String())),
  id2label: Type.Optional(Type.Record(Type.String(), Type.String())),
  num_labels: Type.Integer({ default: MIN_LABELS }),
});

/**
 * Reads what config.json says of a sequence classifier.
 *
 * @throws ConversionError when the family, its options or the number of labels is not supported
 */
export function describeClassifier(config: unknown): Classifier {
  if (typeof config !== 'object' || config === null) {
    throw new ConversionError('config.json is not a JSON object; download it again');
  }
  const common = parseConfig(Common, config);
  const describe = FAMILIES.get(common.model_type);
  if (!describe) {
    throw new ConversionError(
      `config.json: model_type '${common.model_type.slice(0, 80)}' is not supported; supported are ${[...FAMILIES.keys()].join(', ')}`,
    );
  }
  refuseOtherTasks(common.architectures);
  const labels = common.id2label
    ? labelNames(common.id2label)
    : Array.from({ length: Math.min(common.num_labels, MAX_LABELS + 1) }, (_, id) => `LABEL_${id}`);
  if (labels.length < MIN_LABELS || labels.length > MAX_LABELS) {
    throw new ConversionError(
      `config.json: a classifier of ${MIN_LABELS} to ${MAX_LABELS} labels is needed, got ${labels.length}`,
    );
  }
  return { family: common.model_type, labels, ...describe(config) };
}

/** Names of config.json's id2label, in the order of the logits. */
export function labelNames(id2label: Readonly<Record<string, string>>): string[] {
  return Object.entries(id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => name);
}

function refuseOtherTasks(architectures: readonly string[] = []): void {
  if (architectures.length === 0) return;
  if (architectures.some((name) => name.endsWith('ForSequenceClassification'))) return;
  throw new ConversionError(
    `config.json: architecture ${architectures.join(', ').slice(0, 200)} is not a sequence classifier; fine-tune it, or choose a model whose architecture ends in ForSequenceClassification`,
  );
}

/**
 * Refuses weights of a network of its author's own code: their names may be those of a family.
 *
 * @throws ConversionError
 */
export function refuseOwnCode(config: unknown): void {
  const { architectures } = Value.Check(Architectures, config) ? config : { architectures: [] };
  const isOwn = architectures.length > 0 && !architectures.some((name) => CLASSES.test(name));
  if (!isOwn && !Value.Check(OwnCode, config)) return;
  const what = isOwn
    ? `the architecture ${architectures.join(', ').slice(0, 200)}`
    : 'code for AutoModelForSequenceClassification (auto_map)';
  throw new ConversionError(
    `config.json names ${what}, which is not run here, so the graph could be another network. Export the model to ONNX; or, ` +
      'if its network is that of transformers, remove architectures and auto_map in a copy of the model, and add the folder',
  );
}
