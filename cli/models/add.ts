import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import {
  type Bundle,
  type Manifest,
  MODEL_NAME,
  MODEL_NAME_RULE,
  PREPROCESSING_VERSION,
} from '../../service/contract/model-manifest.ts';
import type { PreprocessingStep } from '../../service/contract/preprocessing.ts';
import { bundleRevision, describeFiles } from '../../service/inference/bundle/bundle-files.ts';
import { say } from '../kit/printable.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { bundleReadme } from './bundle-readme.ts';
import { defaultPreprocessing } from './default-preprocessing.ts';
import { downloadsDir, withDownloads } from './leftovers.ts';
import { languagesOfCard } from './model-languages.ts';
import { type ModelSource, SourceError } from './source.ts';
import { type StagedModel, type StagingOptions, stageModel } from './stage-model.ts';
import { checkAddedTokens } from './tokenizer/added-tokens.ts';
import { checkPadding } from './tokenizer/check-padding.ts';
import { INT8_BATCH_TOLERANCE, type Trial, type TrialOptions, tryModel } from './trial.ts';
import { openEncoder } from './trial-sequences.ts';
import { writeManifest } from './write-manifest.ts';

export interface AddOptions
  extends Omit<StagingOptions, 'staging' | 'compare' | 'checkTokenizer'>,
    Pick<TrialOptions, 'workerUrl' | 'force'> {
  readonly modelsDir: string;
  readonly manifest: Manifest;
  readonly name: string;
  /** Absent: as the model's card says, where it is known. */
  readonly preprocessing: readonly PreprocessingStep[] | undefined;
  /** Absent: as the model's card says. */
  readonly languages: readonly string[] | undefined;
  /** Opened once it is clear that the model has a place. */
  readonly source: () => Promise<ModelSource>;
}

const GOLDEN_FILE = 'golden.jsonl';
/** For people; not in the manifest. */
const README_FILE = 'README.md';
/** Marks a model's folder that is there before the manifest names it. */
export const MARK = '.being-added';

/** Another CPU rounds the other way; an ordinary INT8 graph differs by more than a row-wise one. */
const TOLERANCE = 0.005;
const INT8_TOLERANCE = 0.05;

/**
 * Downloads a model, tries it and locks it in the manifest. What it answers today is kept as
 * its golden texts: a service that computes something else will not start.
 *
 * @throws SourceError, and leaves manifest and models as they were
 */
export async function add(options: AddOptions): Promise<Bundle> {
  const { modelsDir, name } = options;
  checkName(name);
  const folder = join(modelsDir, name);
  const staging = join(downloadsDir(modelsDir), name);
  await takeBack(folder, staging, options.output);
  await refuseToReplace(folder);
  const source = await options.source();
  return withDownloads(staging, source, options.output, () => addFrom(source, staging, options));
}

/** @param staging folder of the downloads, which becomes the model's */
async function addFrom(source: ModelSource, staging: string, options: AddOptions): Promise<Bundle> {
  const { modelsDir, manifest, name } = options;
  const folder = join(modelsDir, name);
  const {
    files: staged,
    reference,
    model,
  } = await stageModel(source, {
    ...options,
    staging,
    compare: true,
    checkTokenizer: async ({ file, maxTokens, positionPadId }) => {
      await checkAddedTokens(staging, file);
      const encoder = await openEncoder(staging, { tokenizer: file, maxTokens, preprocessing: [] });
      if (positionPadId !== undefined) await checkPadding(positionPadId, encoder);
    },
  });
  refuseOwnNames(staged);
  const preprocessing = [
    ...(options.preprocessing ?? defaultPreprocessing(source.origin.repository)),
  ];
  const languages = [...(options.languages ?? languagesOfCard(source.languages ?? []))];
  const described = { ...model, languages, preprocessing };
  const trial = await tryModel(staging, described, { ...options, reference });
  const bundle = await describeBundle(name, source, staging, staged, described, trial);
  const kept = bundle.files.map((file) => file.name);
  await keepOnly(staging, kept);
  await writeFile(join(staging, README_FILE), bundleReadme(bundle, trial));
  await writeFile(join(staging, MARK), '');
  await rename(staging, folder);
  try {
    await writeManifest(modelsDir, { models: [...manifest.models, bundle] });
  } catch (error) {
    await rename(folder, staging);
    throw error;
  }
  await rm(join(folder, MARK));
  return bundle;
}

/** Writes the golden texts, and returns the entry for the manifest. */
async function describeBundle(
  name: string,
  source: ModelSource,
  staging: string,
  staged: readonly string[],
  model: StagedModel['model'] & { languages: string[]; preprocessing: PreprocessingStep[] },
  { golden, batchInvariant }: Trial,
): Promise<Bundle> {
  const { labels } = model;
  const lines = golden.map((line) => JSON.stringify({ ...line, labels }));
  await writeFile(join(staging, GOLDEN_FILE), `${lines.join('\n')}\n`);
  const files = await describeFiles(staging, [...staged, GOLDEN_FILE]);
  const family = cpuFamilyOf(process.arch);
  return {
    name,
    task: 'text-classification',
    source: source.origin,
    licence: source.license || 'not stated',
    files,
    revision: bundleRevision(files, model.preprocessing),
    ...model,
    preprocessingVersion: PREPROCESSING_VERSION,
    batchInvariant,
    golden: {
      file: GOLDEN_FILE,
      ...(family === 'x64' ? {} : { family }),
      probabilities: 'probabilities',
      tolerance: batchInvariant ? TOLERANCE : INT8_TOLERANCE,
      ...(batchInvariant ? {} : { batchTolerance: INT8_BATCH_TOLERANCE }),
      startUpLines: golden.map((_, line) => line),
    },
  };
}

/** Refuses a graph, or weights beside it, under a name that is written here. */
function refuseOwnNames(names: readonly string[]): void {
  const own = names.find((name) => [GOLDEN_FILE, README_FILE].includes(name));
  if (own === undefined) return;
  throw new SourceError(`The model's file ${own} has a name that \`add\` writes; rename it`, {
    retryable: false,
  });
}

function checkName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new SourceError(
    `"${name}" cannot be a model's name, which is ${MODEL_NAME_RULE}; give one by --name`,
    { retryable: false },
  );
}

/** Takes back the folder of a process that was killed before it wrote the manifest. */
async function takeBack(folder: string, staging: string, output: ProgressOutput): Promise<void> {
  const isLeft = await lstat(join(folder, MARK)).then(
    () => true,
    () => false,
  );
  if (!isLeft) return;
  await rm(staging, { recursive: true, force: true });
  await rename(folder, staging);
  say(
    output,
    `${folder} is what an interrupted \`tss models add\` has left; beginning again with it.`,
  );
}

/** Refuses a folder that is not in the manifest: it may be the user's own. */
async function refuseToReplace(folder: string): Promise<void> {
  const there = await lstat(folder).catch(() => undefined);
  if (there === undefined) return;
  throw new SourceError(
    `${folder} exists already, and is not a model of the manifest: move it away, or give another name ` +
      'by --name',
    { retryable: false },
  );
}

/** Removes files of an earlier attempt with another graph. */
async function keepOnly(folder: string, names: readonly string[]): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    if (!entry.isDirectory() && !names.includes(name)) await rm(path);
  }
}
