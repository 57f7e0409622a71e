import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GoldenText, readGoldenTexts } from '../../contract/golden-texts.ts';
import { StartupError } from '../../domain/errors.ts';
import {
  parseTokenizerDefinition,
  type TokenizerDefinition,
} from '../tokenizer/tokenizer-definition.ts';
import { bundleRevision, verifyFiles } from './bundle-files.ts';
import { asStartupError, type Bundle, findBundle, readManifest } from './manifest.ts';

/** A bundle whose files match the manifest. */
export interface LoadedBundle {
  readonly bundle: Bundle;
  readonly graphPath: string;
  readonly tokenizer: TokenizerDefinition;
  /** Golden texts to check at every start. */
  readonly startUpTexts: readonly GoldenText[];
}

/**
 * Loads a bundle after verifying the size and hash of each of its files.
 *
 * @throws StartupError when the bundle is unknown, or a file is missing or differs from the manifest
 */
export async function loadBundle(modelsDir: string, name: string): Promise<LoadedBundle> {
  const bundle = findBundle(await readManifest(modelsDir), name);
  const revision = bundleRevision(bundle.files, bundle.preprocessing);
  if (revision !== bundle.revision) {
    throw new StartupError(
      `The manifest gives "${name}" the revision ${bundle.revision}, but its file hashes and preprocessing give ${revision}`,
    );
  }
  const folder = join(modelsDir, name);
  await verifyFiles(folder, bundle.files);
  const tokenizerPath = join(folder, bundle.tokenizer);
  const goldenPath = join(folder, bundle.golden.file);
  const goldenLines = await readFile(goldenPath, 'utf8');
  return {
    bundle,
    graphPath: join(folder, bundle.graph),
    tokenizer: parseTokenizerDefinition(
      JSON.parse(await readFile(tokenizerPath, 'utf8')),
      tokenizerPath,
    ),
    startUpTexts: asStartupError(() => readGoldenTexts(goldenLines, bundle, goldenPath)),
  };
}
