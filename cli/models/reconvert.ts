import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { verifyFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { Bundle, BundleFile } from '../../service/inference/bundle/manifest.ts';
import { reasonOf } from '../kit/errors.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { weightsBeside } from './convert/onnx/write-model.ts';
import { withDownloads } from './leftovers.ts';
import { missingFiles, type PullOptions, pull } from './pull.ts';
import { type ModelSource, SourceError, type SourceFile } from './source.ts';
import { type StagedModel, stageModel } from './stage-model.ts';

/**
 * Completes a bundle. Files that its source does not hold, such as a converted graph or a tokenizer.json
 * built from a vocabulary, are made again: the same source gives the same bytes.
 *
 * @returns names of the files that were fetched or made
 * @throws SourceError when a file differs from what the manifest locks
 */
export async function pullOrConvert(bundle: Bundle, options: PullOptions): Promise<string[]> {
  const { golden, name } = bundle;
  const missing = await missingFiles(options.folder, bundle.files);
  // Earlier downloads are named by their hashes.
  const sought = missing.map((file) => ({ ...file, name: file.sha256 }));
  if ((await missingFiles(options.downloadsDir, sought)).length === 0)
    return pull(missing, options);
  const source = await options.source();
  const opened = { ...options, source: async () => source };
  const offered = await source.list().catch((error: unknown) => {
    if (isRefused(error)) return error;
    throw error;
  });
  if (offered instanceof SourceError) return pullUnlisted(missing, opened, offered);
  const unoffered = missing.filter((file) => !offered.some((one) => mayBe(one, file, bundle)));
  if (unoffered.length === 0) return pull(missing, opened);
  if (unoffered.some((file) => file.name === golden.file)) {
    throw new SourceError(
      `${join(options.folder, golden.file)} is missing or differs from the manifest, and ` +
        `${source.origin.repository} does not hold it; take it from the commit that added the model`,
      { retryable: false },
    );
  }
  const made = bundle.files.filter((file) => file.name !== golden.file);
  const staging = join(options.downloadsDir, name);
  const make = () => makeAgain(bundle, made, source, staging, options);
  if (options.keepDownloads) await make();
  else await withDownloads(staging, source, options.output, make);
  for (const file of made) {
    const path = join(options.folder, file.name);
    await mkdir(dirname(path), { recursive: true });
    await (options.keepDownloads ? copyFile : rename)(join(staging, file.name), path);
  }
  if (!options.keepDownloads) await rm(staging, { recursive: true });
  const notMade = missing.filter((file) => file.name === golden.file);
  const fetched = await pull(notMade, opened);
  return [...made.map((file) => file.name), ...fetched];
}

/**
 * Makes the files of a bundle from what its source holds now, in the form that the manifest locks.
 *
 * @throws SourceError when the source holds no such model
 */
export function stageAgain(
  { graph, labels, conversion, files, tokenizer }: Bundle,
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
    lockedTokenizer: files.find((file) => file.name === tokenizer),
    output,
  });
}

/** S3 refuses a list without the right s3:ListBucket, but may give the files. */
function isRefused(error: unknown): error is SourceError {
  if (!(error instanceof SourceError && error.cause instanceof Error)) return false;
  return error.cause.name === 'AccessDenied';
}

/** Fetches files of a source that does not list them. */
async function pullUnlisted(
  missing: readonly BundleFile[],
  options: PullOptions,
  refusal: SourceError,
): Promise<string[]> {
  return pull(missing, options).catch((cause: unknown) => {
    if (!(cause instanceof SourceError)) throw cause;
    throw new SourceError(
      `${cause.message}. ${refusal.message}. To make a converted graph or a tokenizer.json again, pull needs ` +
        'the right s3:ListBucket',
      { retryable: false, cause },
    );
  });
}

/** Makes the files of a bundle, and checks that they are the locked ones. */
async function makeAgain(
  bundle: Bundle,
  made: Bundle['files'],
  source: ModelSource,
  staging: string,
  { output }: PullOptions,
): Promise<void> {
  await stageAgain(bundle, source, staging, output);
  await verifyFiles(staging, made).catch((cause: unknown) => {
    throw new SourceError(
      `Making the files of ${bundle.name} again does not give the locked ones: ${reasonOf(cause)}. ` +
        'Another version of tss made them, or the source has changed: copy them from where they are ' +
        'by --from, or remove the model and add it again',
      { retryable: false, cause },
    );
  });
}

/**
 * Tells a converted graph, or a tokenizer.json with the options of tokenizer_config.json, from a file of the same
 * name that the repository has, too.
 */
function mayBe(
  { name, bytes, sha256 }: SourceFile,
  locked: BundleFile,
  { graph, tokenizer, conversion }: Bundle,
): boolean {
  if (name !== locked.name) return false;
  const madeGraphs = conversion === undefined ? [] : [graph, weightsBeside(graph)];
  return (
    ![tokenizer, ...madeGraphs].includes(name) ||
    ((bytes ?? locked.bytes) === locked.bytes && (sha256 ?? locked.sha256) === locked.sha256)
  );
}
