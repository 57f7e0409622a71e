import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import Compile from 'typebox/compile';
import { StartupError } from '../../domain/errors.ts';
import { LABELS } from '../../domain/sentiment.ts';
import { PREPROCESSING_VERSION } from '../tokenizer/normalize.ts';

const Share = Type.Number({ minimum: 0, maximum: 1 });
const LabelName = Type.Enum(LABELS);
/** Also the name of the folder: one path segment, never a hidden one. */
export const BUNDLE_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;
/** Relative, below the bundle's folder: no `..`, no absolute path. */
const FileName = Type.String({ pattern: '^(?!\\.)[\\w.-]+(/(?!\\.)[\\w.-]+)*$' });
const PerLabel = Type.Object({ negative: Share, neutral: Share, positive: Share });

const BundleFile = Type.Object({
  name: FileName,
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

const Bundle = Type.Object({
  name: Type.String({ pattern: BUNDLE_NAME.source }),
  task: Type.Literal('text-classification'),
  source: Type.Object({
    repository: Type.String({ minLength: 1 }),
    /** Null if the weights have no repository. */
    revision: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
  }),
  licence: Type.String({ minLength: 1 }),
  /** Sorted by name. */
  files: Type.Array(BundleFile, { minItems: 1 }),
  /** See `bundleRevision`. */
  revision: Type.String({ pattern: '^[0-9a-f]{12}$' }),
  /** The ONNX graph, one of the files. */
  graph: FileName,
  graphOptimization: Type.Union([
    Type.Literal('disabled'),
    Type.Literal('basic'),
    Type.Literal('extended'),
    Type.Literal('all'),
  ]),
  /** The tokenizer.json, one of the files. */
  tokenizer: FileName,
  /** Label of each logit, in order. */
  labels: Type.Array(LabelName, {
    minItems: LABELS.length,
    maxItems: LABELS.length,
    uniqueItems: true,
  }),
  /** Window in tokens, special tokens included. */
  maxTokens: Type.Integer({ minimum: 3 }),
  padId: Type.Integer({ minimum: 0 }),
  preprocessingVersion: Type.Literal(PREPROCESSING_VERSION),
  /** Whether a text's scores are independent of the other texts in its batch. */
  batchInvariant: Type.Boolean(),
  golden: Type.Object({
    /** JSON lines, one of the files. */
    file: FileName,
    /** Field of a line with the probabilities, in the order of `labels`. */
    probabilities: Type.String({ minLength: 1 }),
    tolerance: Share,
    /** Tolerance in batches, for a model that is not batch-invariant. */
    batchTolerance: Type.Optional(Share),
    /** Lines, from 0, to check at every start. */
    startUpLines: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }),
  }),
  /** Figures on a validation split, for readers; absent until measured. */
  validation: Type.Optional(
    Type.Object({
      dataset: Type.String({ minLength: 1 }),
      macroRecall: Share,
      macroF1: Share,
      accuracy: Share,
      recall: PerLabel,
    }),
  ),
  /** Label mix on reference data, if known: the reference of label drift. */
  referenceLabelMix: Type.Optional(PerLabel),
});

const Manifest = Type.Object({ models: Type.Array(Bundle) });

const validator = Compile(Manifest);

export type BundleFile = Static<typeof BundleFile>;
export type Bundle = Static<typeof Bundle>;
export type Manifest = Static<typeof Manifest>;

/**
 * Reads `manifest.json` of a models folder.
 *
 * @throws StartupError naming each invalid field
 */
export async function readManifest(modelsDir: string): Promise<Manifest> {
  const path = join(modelsDir, 'manifest.json');
  const manifest = parse(await read(path), path);
  if (!validator.Check(manifest)) {
    const faults = validator
      .Errors(manifest)
      .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
    throw new StartupError(`${path} is not a valid manifest: ${faults.join('; ')}`);
  }
  for (const bundle of manifest.models) checkFileReferences(bundle, path);
  return manifest;
}

/** @throws StartupError listing the available bundles */
export function findBundle(manifest: Manifest, name: string): Bundle {
  const bundle = manifest.models.find((candidate) => candidate.name === name);
  if (bundle === undefined) {
    const names = manifest.models.map((candidate) => candidate.name).join(', ');
    throw new StartupError(`There is no model "${name}"; available: ${names || 'none'}`);
  }
  return bundle;
}

function checkFileReferences(bundle: Bundle, path: string): void {
  const names = bundle.files.map(({ name }) => name);
  for (const name of [bundle.graph, bundle.tokenizer, bundle.golden.file]) {
    if (!names.includes(name)) {
      throw new StartupError(
        `${path} is not a valid manifest: "${bundle.name}" refers to "${name}", which is not one of its files`,
      );
    }
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StartupError(`${path} cannot be read; MODELS_DIR must name the folder it is in`, {
      cause: error,
    });
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StartupError(`${path} is not JSON`, { cause: error });
  }
}
