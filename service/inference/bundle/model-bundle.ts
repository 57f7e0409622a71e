import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import Value from 'typebox/value';
import { StartupError } from '../../domain/errors.ts';
import {
  parseTokenizerDefinition,
  type TokenizerDefinition,
} from '../tokenizer/tokenizer-definition.ts';
import { bundleRevision, verifyFiles } from './bundle-files.ts';
import { type Bundle, findBundle, readManifest } from './manifest.ts';

/** A text with known probabilities. */
export interface GoldenText {
  /** Its line in the golden file, from 0. */
  readonly line: number;
  readonly text: string;
  /** In the order of the bundle's labels. */
  readonly probabilities: readonly number[];
}

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
  const revision = bundleRevision(bundle.files);
  if (revision !== bundle.revision) {
    throw new StartupError(
      `The manifest gives "${name}" the revision ${bundle.revision}, but the hashes of its files give ${revision}`,
    );
  }
  const folder = join(modelsDir, name);
  await verifyFiles(folder, bundle.files);
  const tokenizerPath = join(folder, bundle.tokenizer);
  const goldenPath = join(folder, bundle.golden.file);
  return {
    bundle,
    graphPath: join(folder, bundle.graph),
    tokenizer: parseTokenizerDefinition(
      JSON.parse(await readFile(tokenizerPath, 'utf8')),
      tokenizerPath,
    ),
    startUpTexts: readStartUpTexts(await readFile(goldenPath, 'utf8'), bundle, goldenPath),
  };
}

const Line = Type.Object({ text: Type.String() });
const Probabilities = Type.Array(Type.Number());

function readStartUpTexts(jsonLines: string, bundle: Bundle, path: string): GoldenText[] {
  const { probabilities: field, startUpLines } = bundle.golden;
  const lines = jsonLines.split('\n');
  return startUpLines.map((line) => {
    const golden: Record<string, unknown> = JSON.parse(lines[line] || '{}');
    const probabilities = golden[field];
    if (!Value.Check(Line, golden) || !Value.Check(Probabilities, probabilities)) {
      throw new StartupError(`${path} has no text with "${field}" on line ${line} (from 0)`);
    }
    return { line, text: golden.text, probabilities };
  });
}
