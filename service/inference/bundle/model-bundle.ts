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

/** A text whose probabilities are known, in the order of the bundle's labels. */
export interface GoldenText {
  /** Its line in the golden file, from 0. */
  readonly line: number;
  readonly text: string;
  readonly probabilities: readonly number[];
}

/** A bundle whose files are what the manifest says. */
export interface ModelBundle {
  readonly manifest: Bundle;
  readonly graphPath: string;
  readonly tokenizer: TokenizerDefinition;
  /** Those to check at every start. */
  readonly startUpTexts: readonly GoldenText[];
}

/**
 * Loads a bundle after verifying the size and hash of each of its files.
 *
 * @throws StartupError when the bundle is unknown, or a file is missing or not the manifest's
 */
export async function loadBundle(modelsDir: string, name: string): Promise<ModelBundle> {
  const manifest = findBundle(await readManifest(modelsDir), name);
  const revision = bundleRevision(manifest.files);
  if (revision !== manifest.revision) {
    throw new StartupError(
      `The manifest gives "${name}" the revision ${manifest.revision}, its files make it ${revision}`,
    );
  }
  const folder = join(modelsDir, name);
  await verifyFiles(folder, manifest.files);
  const tokenizerPath = join(folder, manifest.tokenizer);
  const goldenPath = join(folder, manifest.golden.file);
  return {
    manifest,
    graphPath: join(folder, manifest.graph),
    tokenizer: parseTokenizerDefinition(
      JSON.parse(await readFile(tokenizerPath, 'utf8')),
      tokenizerPath,
    ),
    startUpTexts: readStartUpTexts(await readFile(goldenPath, 'utf8'), manifest, goldenPath),
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
