import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CPU_FAMILIES, type CpuFamily, cpuFamilyOf } from '../../contract/cpu-family.ts';
import {
  type GoldenLines,
  type GoldenText,
  type GoldenTolerances,
  goldenFamilyFile,
  goldenTolerances,
  readGoldenTexts,
} from '../../contract/golden-texts.ts';
import type { GoldenFamily } from '../../contract/model-manifest.ts';
import { StartupError } from '../../domain/errors.ts';
import {
  parseTokenizerDefinition,
  type TokenizerDefinition,
} from '../tokenizer/tokenizer-definition.ts';
import { bundleRevision, type LocatedFile, locateFiles, verifyHashes } from './bundle-files.ts';
import { asStartupError, type Bundle, findBundle, readManifest } from './manifest.ts';

/** A bundle whose files are there. */
export interface LocatedBundle {
  readonly bundle: Bundle;
  readonly folder: string;
  readonly graphPath: string;
  readonly files: readonly LocatedFile[];
}

/** A bundle whose files match the manifest. */
export interface LoadedBundle {
  readonly bundle: Bundle;
  readonly graphPath: string;
  readonly tokenizer: TokenizerDefinition;
  /** Golden texts to check at every start. */
  readonly startUpTexts: readonly GoldenText[];
  /** Of those texts, on the process's CPU family. */
  readonly tolerances: GoldenTolerances;
}

/** A bundle whose weights are still being hashed. */
export interface OpenedBundle extends LoadedBundle {
  /** Await it before the first answer. Rejects with a StartupError if a file differs. */
  readonly verified: Promise<void>;
}

/**
 * Loads a bundle after verifying the size and hash of each of its files.
 *
 * @param family whose golden probabilities are expected
 * @throws StartupError when the bundle is unknown, or a file is missing or differs from the manifest
 */
export async function loadBundle(
  modelsDir: string,
  name: string,
  family: CpuFamily = cpuFamilyOf(process.arch),
): Promise<LoadedBundle> {
  const { verified, ...loaded } = await openBundle(await locateBundle(modelsDir, name), family);
  await verified;
  return loaded;
}

/**
 * Finds a bundle and checks the size of each of its files, which takes no time.
 *
 * @throws StartupError as `loadBundle`
 */
export async function locateBundle(modelsDir: string, name: string): Promise<LocatedBundle> {
  const bundle = findBundle(await readManifest(modelsDir), name);
  const revision = bundleRevision(bundle.files, bundle.preprocessing);
  if (revision !== bundle.revision) {
    throw new StartupError(
      `The manifest gives "${name}" the revision ${bundle.revision}, but its file hashes and preprocessing give ${revision}`,
    );
  }
  const folder = join(modelsDir, name);
  const files = await locateFiles(folder, [...bundle.files, ...goldenFamilyFiles(bundle)]);
  return { bundle, folder, graphPath: join(folder, bundle.graph), files };
}

/**
 * Reads a bundle's files besides its weights, after verifying their hashes. Those of the others,
 * which hold the weights, are compared while workers load them.
 *
 * @throws StartupError as `loadBundle`
 */
export async function openBundle(
  { bundle, folder, graphPath, files }: LocatedBundle,
  family: CpuFamily,
): Promise<OpenedBundle> {
  const scoresFile = goldenFamilyFile(bundle, family);
  const readHere = new Set([bundle.tokenizer, bundle.golden.file, scoresFile?.name]);
  await verifyHashes(files.filter((file) => readHere.has(file.name)));
  const verified = verifyHashes(files.filter((file) => !readHere.has(file.name)));
  // Awaited later; until then a rejection must not end the process.
  verified.catch(() => undefined);
  const tokenizerPath = join(folder, bundle.tokenizer);
  const texts = await readLines(folder, bundle.golden.file);
  const scores = scoresFile && (await readLines(folder, scoresFile.name));
  return {
    bundle,
    graphPath,
    tokenizer: parseTokenizerDefinition(
      JSON.parse(await readFile(tokenizerPath, 'utf8')),
      tokenizerPath,
    ),
    startUpTexts: asStartupError(() => readGoldenTexts(texts, bundle, scores)),
    tolerances: goldenTolerances(bundle, family),
    verified,
  };
}

/** Files with the golden probabilities of other CPU families than that of the bundle's own file. */
export function goldenFamilyFiles(bundle: Bundle): GoldenFamily[] {
  return CPU_FAMILIES.flatMap((family) => goldenFamilyFile(bundle, family) ?? []);
}

async function readLines(folder: string, name: string): Promise<GoldenLines> {
  const path = join(folder, name);
  return { path, jsonLines: await readFile(path, 'utf8') };
}
