import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Label } from '../../service/domain/sentiment.ts';
import type { Bundle, BundleFile } from '../../service/inference/bundle/manifest.ts';
import { counted } from '../kit/counted.ts';
import { say } from '../kit/printable.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import {
  chooseGraph,
  chooseTokenizer,
  type GraphChoice,
  type GraphWish,
  optionalFiles,
  requiredFile,
  TOKENIZER_FILE,
  type TokenizerChoice,
} from './choose-files.ts';
import { convertWeights, shardsOf } from './convert-weights.ts';
import { CONFIG_FILE, describeModel } from './describe-model.ts';
import { externalDataOf } from './external-data.ts';
import { fetchFiles } from './fetch-files.ts';
import { missingFiles } from './pull.ts';
import type { ModelSource, SourceFile } from './source.ts';
import {
  ADDED_TOKENS_FILE,
  SPECIAL_TOKENS_FILE,
  TOKENIZER_CONFIG_FILE,
} from './tokenizer/added-tokens.ts';
import { applySettings } from './tokenizer/apply-settings.ts';
import { buildTokenizer } from './tokenizer/build-tokenizer.ts';
import { checkTruncation } from './tokenizer/check-truncation.ts';
import { readTokenizerSettings } from './tokenizer/special-tokens.ts';

/** Files that tokenizer.json is built from beside a vocabulary; the bundle keeps only the first. */
const SETTINGS_FILES = [TOKENIZER_CONFIG_FILE, SPECIAL_TOKENS_FILE, ADDED_TOKENS_FILE];
/** Families whose networks count positions from the token for padding that config.json names. */
const POSITIONS_FROM_PAD: ReadonlySet<string> = new Set(['roberta', 'camembert', 'xlm-roberta']);
const CONVERTED_GRAPH = 'model.onnx';
/** Weights of this size and more are written beside the graph, so that sessions share them. */
const LARGE_WEIGHTS_BYTES = 64 * 2 ** 20;
/** The same weights in FP32, which the served graph is compared with. */
const REFERENCE_GRAPH = 'reference-fp32.onnx';

type Description = Pick<
  Bundle,
  'graph' | 'graphOptimization' | 'tokenizer' | 'labels' | 'maxTokens' | 'padId' | 'conversion'
>;

export interface StagedModel {
  readonly model: Description;
  /** Names of the files that the bundle keeps. */
  readonly files: readonly string[];
  /** The FP32 graph of the same weights, where the served one is not it. */
  readonly reference: string | undefined;
}

export interface StagingOptions extends GraphWish {
  readonly staging: string;
  /** In the order of the logits; absent: as config.json says. */
  readonly labels: readonly Label[] | undefined;
  /** Also make the FP32 graph that an INT8 graph is compared with. */
  readonly compare: boolean;
  /** A converted graph has its weights in a file beside it; absent: if they are large. */
  readonly weightsBeside?: boolean;
  /** The tokenizer.json that the manifest locks: if the source gives the same, no option is applied. */
  readonly lockedTokenizer?: BundleFile | undefined;
  /** Rejects a tokenizer that the service cannot read; called before the weights are fetched. */
  readonly checkTokenizer?: (tokenizer: TokenizerToCheck) => Promise<unknown>;
  readonly output: ProgressOutput;
}

export interface TokenizerToCheck {
  readonly file: string;
  readonly maxTokens: number;
  /** Token from which a network to convert counts positions; undefined for others. */
  readonly positionPadId: number | undefined;
}

/**
 * Fetches a model's files and makes a bundle from them. Faults that the small files show are reported
 * before a large file is fetched.
 *
 * @throws SourceError
 */
export async function stageModel(
  source: ModelSource,
  options: StagingOptions,
): Promise<StagedModel> {
  const { staging, output } = options;
  const offered = await source.list();
  const graph = chooseGraph(offered, options);
  const tokenizer = chooseTokenizer(offered);
  const settings = optionalFiles(offered, SETTINGS_FILES);
  await removeOlder(staging, SETTINGS_FILES);
  const small = [requiredFile(offered, CONFIG_FILE), ...settings];
  await fetchFiles(source, small, staging, output);
  const { family, ...described } = await describeModel(staging, graph.kind, options.labels);

  await fetchFiles(source, tokenizer.files, staging, output);
  await makeTokenizer(tokenizer, family, options);
  const { maxTokens, padId } = described;
  const countsFromPad = graph.kind === 'weights' && POSITIONS_FROM_PAD.has(family);
  const positionPadId = countsFromPad ? padId : undefined;
  await options.checkTokenizer?.({ file: TOKENIZER_FILE, maxTokens, positionPadId });
  const made = await makeGraph(source, offered, graph, options);
  const kept = optionalFiles(settings, [TOKENIZER_CONFIG_FILE]).map(({ name }) => name);
  return {
    model: { ...made.model, tokenizer: TOKENIZER_FILE, ...described },
    files: [...new Set([CONFIG_FILE, TOKENIZER_FILE, ...made.files, ...kept])],
    reference: made.reference,
  };
}

async function makeTokenizer(
  { vocabulary }: TokenizerChoice,
  family: string,
  { staging, lockedTokenizer, output }: StagingOptions,
): Promise<void> {
  if (vocabulary !== undefined) {
    const settings = await readTokenizerSettings(staging);
    const definition = await buildTokenizer(staging, vocabulary, family, settings);
    await writeFile(join(staging, TOKENIZER_FILE), `${JSON.stringify(definition)}\n`);
  }
  // An earlier version may have locked a tokenizer that contradicts the options, or that is refused now.
  if (lockedTokenizer && (await missingFiles(staging, [lockedTokenizer])).length === 0) return;
  await checkTruncation(staging);
  const changed = await applySettings(staging, TOKENIZER_FILE);
  if (changed === undefined) return;
  say(
    output,
    `${TOKENIZER_FILE} contradicts ${TOKENIZER_CONFIG_FILE} or the defaults of its tokenizer class, which take precedence in ` +
      `transformers; writing it with ${changed}.`,
  );
}

async function makeGraph(
  source: ModelSource,
  offered: readonly SourceFile[],
  choice: GraphChoice,
  { staging, compare, weightsBeside, output }: StagingOptions,
): Promise<{
  model: Pick<Description, 'graph' | 'graphOptimization' | 'conversion'>;
  /** The graph, and the files beside it that hold its weights. */
  files: readonly string[];
  reference?: string;
}> {
  await fetchFiles(source, [choice.file], staging, output);
  const { name } = choice.file;
  if (choice.kind === 'graph') {
    const weights = externalDataOf(staging, name);
    const files = weights.map((file) => requiredFile(offered, file));
    await fetchFiles(source, files, staging, output);
    // A graph from elsewhere is seldom fused.
    return { model: { graph: name, graphOptimization: 'all' }, files: [name, ...weights] };
  }

  const shards = await shardsOf(staging, name);
  const files = shards.map((shard) => requiredFile(offered, shard));
  await fetchFiles(source, files, staging, output);
  const { precision } = choice;
  const hasReference = compare && precision !== 'fp32';
  const weights = shards.length === 0 ? name : `${counted(shards.length, 'file')} of weights`;
  say(output, `Converting ${weights} to ${CONVERTED_GRAPH} (${precision}).`);
  const graphs = [
    { precision, name: CONVERTED_GRAPH, weightsBesideFrom: besideFrom(weightsBeside) },
    ...(hasReference
      ? [{ precision: 'fp32' as const, name: REFERENCE_GRAPH, weightsBesideFrom: 0 }]
      : []),
  ];
  const isAsStated = [choice.file, ...files].every(
    (file) => file.sha256 !== undefined || file.name.endsWith('.index.json'),
  );
  await convertWeights(staging, name, graphs, isAsStated);
  return {
    model: {
      graph: CONVERTED_GRAPH,
      // The converter writes the fused operators itself.
      graphOptimization: 'basic',
      conversion: { precision },
    },
    files: [CONVERTED_GRAPH, ...externalDataOf(staging, CONVERTED_GRAPH)],
    ...(hasReference ? { reference: REFERENCE_GRAPH } : {}),
  };
}

function besideFrom(weightsBeside: boolean | undefined): number {
  if (weightsBeside === undefined) return LARGE_WEIGHTS_BYTES;
  return weightsBeside ? 0 : Infinity;
}

/** Removes small files of an earlier attempt that this source may not have. */
async function removeOlder(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(folder, name), { force: true });
}
