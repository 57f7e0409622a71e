import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { verifyFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { reasonOf } from '../kit/errors.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { weightsBeside } from './convert/onnx/write-model.ts';
import { withDownloads } from './leftovers.ts';
import { type PullOptions, pull } from './pull.ts';
import { type ModelSource, SourceError, type SourceFile } from './source.ts';
import { type StagedModel, stageModel } from './stage-model.ts';

/**
 * Completes a bundle. Where its source holds weights only, they are converted again: the same
 * weights give the same bytes.
 *
 * @returns names of the files that were fetched or made
 * @throws SourceError when a file differs from what the manifest locks
 */
export async function pullOrConvert(bundle: Bundle, options: PullOptions): Promise<string[]> {
  const { conversion, name } = bundle;
  const made = bundle.files.filter((file) => file.name !== bundle.golden.file);
  if (conversion === undefined || (await areRight(options.folder, bundle.files))) {
    return pull(bundle, options);
  }
  const source = await options.source();
  const offered = await source.list();
  if (offered.some((file) => mayBe(file, bundle))) {
    return pull(bundle, { ...options, source: async () => source });
  }
  const golden = bundle.files.filter((file) => file.name === bundle.golden.file);
  if (!(await areRight(options.folder, golden))) {
    throw new SourceError(
      `${join(options.folder, bundle.golden.file)} is missing or differs from the manifest, and ` +
        'weights do not hold it; take it from the commit that added the model',
      { retryable: false },
    );
  }
  const staging = join(options.downloadsDir, name);
  const convert = () => convertAgain(bundle, made, source, staging, options);
  if (options.keepDownloads) await convert();
  else await withDownloads(staging, source, options.output, convert);
  for (const file of made) {
    const path = join(options.folder, file.name);
    await mkdir(dirname(path), { recursive: true });
    await (options.keepDownloads ? copyFile : rename)(join(staging, file.name), path);
  }
  if (!options.keepDownloads) await rm(staging, { recursive: true });
  return made.map((file) => file.name);
}

/**
 * Makes the files of a bundle from what its source holds now, in the form that the manifest locks.
 *
 * @throws SourceError when the source holds no such model
 */
export function stageAgain(
  { graph, labels, conversion, files }: Bundle,
  source: ModelSource,
  staging: string,
  output: ProgressOutput,
): Promise<StagedModel> {
  return stageModel(source, {
    staging,
    graph: conversion === undefined ? graph : undefined,
    precision: conversion?.precision,
    labels,
    compare: false,
    weightsBeside: files.some((file) => file.name === weightsBeside(graph)),
    output,
  });
}

/** Makes the files of a bundle from its source's weights. */
async function convertAgain(
  bundle: Bundle,
  made: Bundle['files'],
  source: ModelSource,
  staging: string,
  { output }: PullOptions,
): Promise<void> {
  await stageAgain(bundle, source, staging, output);
  await verifyFiles(staging, made).catch((cause: unknown) => {
    throw new SourceError(
      `Converting the weights of ${bundle.name} again does not give the locked files: ` +
        `${reasonOf(cause)}. Another version of the converter made them: copy them from where ` +
        'they are by --from, or remove the model and add it again',
      { retryable: false, cause },
    );
  });
}

/** Tells the converted graph from a graph of the same name that the repository has, too. */
function mayBe({ name, bytes, sha256 }: SourceFile, { graph, files }: Bundle): boolean {
  const locked = files.find((file) => file.name === graph);
  return (
    name === graph &&
    (bytes ?? locked?.bytes) === locked?.bytes &&
    (sha256 ?? locked?.sha256) === locked?.sha256
  );
}

/** Checks if all files of a folder have their sizes and hashes. */
export async function areRight(folder: string, files: Bundle['files']): Promise<boolean> {
  return verifyFiles(folder, files).then(
    () => true,
    () => false,
  );
}
