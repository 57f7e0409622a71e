/**
 * The model manifest, `models/manifest.json`. The service serves a model from it, the
 * infrastructure deploys and judges one, and the tools add to it.
 */
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { CPU_FAMILIES } from './cpu-family.ts';
import { REVISION } from './forms.ts';
import { LABELS } from './labels.ts';
import { ANY_LANGUAGE, LANGUAGE } from './languages.ts';
import { PREPROCESSING_STEPS } from './preprocessing.ts';
import { brokenRule } from './schema-rules.ts';

/**
 * A model's name; also its folder's name: one segment of a path that no system hides. The only
 * pattern for names, wherever one is configured.
 */
export const MODEL_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** The rule of MODEL_NAME in words. */
export const MODEL_NAME_RULE =
  '1 to 100 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit';

/** Version of the preprocessing steps; stored rows and manifests carry it. Raise it when a step changes. */
export const PREPROCESSING_VERSION = 1;

const Share = Type.Number({ minimum: 0, maximum: 1 });
/** Largest difference of a probability. A tolerance of 1 would accept every answer. */
const Tolerance = Type.Number({ minimum: 0, exclusiveMaximum: 1 });
/** A file's name in a bundle: relative, below the bundle's folder; no `..`, no absolute path. */
export const MODEL_FILE_NAME = /^(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)*$/;

/**
 * Margin between the two highest scores below which a label counts as unsure, for a manifest that
 * has none: two labels that share the probability at 60 % against 40 %.
 */
export const DEFAULT_CERTAIN_MARGIN = 0.2;

const FileName = Type.String({ pattern: MODEL_FILE_NAME.source });
const PerLabel = Type.Object({ negative: Share, neutral: Share, positive: Share });

const BundleFile = Type.Object({
  name: FileName,
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

/** Probabilities of the golden texts on another CPU family than that of `golden.file`. */
const GoldenFamily = Type.Object({
  ...BundleFile.properties,
  tolerance: Tolerance,
  batchTolerance: Type.Optional(Tolerance),
});

const Bundle = Type.Object({
  name: Type.String({ pattern: MODEL_NAME.source }),
  task: Type.Literal('text-classification'),
  source: Type.Object({
    repository: Type.String({ minLength: 1 }),
    /** Null if the weights have no repository. */
    revision: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
  }),
  /** Present where `tss models add` converted the source's weights to the graph. */
  conversion: Type.Optional(
    Type.Object({ precision: Type.Union([Type.Literal('int8'), Type.Literal('fp32')]) }),
  ),
  licence: Type.String({ minLength: 1 }),
  /** In the order of their names. */
  files: Type.Array(BundleFile, { minItems: 1 }),
  /** See `bundleRevision`. */
  revision: Type.String({ pattern: `^${REVISION}$` }),
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
  /** The label of each of the model's logits. */
  labels: Type.Array(Type.Enum(LABELS), {
    minItems: LABELS.length,
    maxItems: LABELS.length,
    uniqueItems: true,
  }),
  /** Languages of the texts that the model reads; `*` alone, or absent: unknown. */
  languages: Type.Optional(
    Type.Union([
      Type.Tuple([Type.Literal(ANY_LANGUAGE)]),
      Type.Array(Type.String({ pattern: LANGUAGE.source }), { minItems: 1, uniqueItems: true }),
    ]),
  ),
  /** The window in tokens, special tokens included. */
  maxTokens: Type.Integer({ minimum: 3 }),
  padId: Type.Integer({ minimum: 0 }),
  preprocessingVersion: Type.Literal(PREPROCESSING_VERSION),
  /** Steps before tokenization, in any order; absent: all of them. */
  preprocessing: Type.Optional(Type.Array(Type.Enum(PREPROCESSING_STEPS), { uniqueItems: true })),
  /** Texts in a batch do not change one another's scores. */
  batchInvariant: Type.Boolean(),
  golden: Type.Object({
    /** JSON lines, one of the files. */
    file: FileName,
    /** The field of a line that holds the probabilities, in the order of `labels`. */
    probabilities: Type.String({ minLength: 1 }),
    tolerance: Tolerance,
    /** Tolerance in batches, where the model is not batch-invariant. */
    batchTolerance: Type.Optional(Tolerance),
    /** CPU family that computed the file's probabilities; absent: x64. */
    family: Type.Optional(Type.Enum(CPU_FAMILIES)),
    /**
     * Other families' probabilities, made by `tss models golden`. Evidence, not an input to any
     * answer: these files are not among `files`, and the revision does not depend on them.
     */
    families: Type.Optional(
      Type.Object({ x64: Type.Optional(GoldenFamily), arm64: Type.Optional(GoldenFamily) }),
    ),
    /** Lines, from 0, that are checked at every start and before every release. */
    startUpLines: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }),
  }),
  /** Measured on a validation split, for people to compare; absent until measured. */
  validation: Type.Optional(
    Type.Object({
      dataset: Type.String({ minLength: 1 }),
      macroRecall: Share,
      macroF1: Share,
      accuracy: Share,
      recall: PerLabel,
    }),
  ),
  /**
   * Answers with a smaller margin between the two highest scores are `certain: false`; see
   * `tss evaluate`. Not part of the revision: it changes no score.
   */
  certainMargin: Type.Optional(Share),
  /** Label mix on reference data, where it is known; drift is measured against it. */
  referenceLabelMix: Type.Optional(PerLabel),
});

const Manifest = Type.Object({ models: Type.Array(Bundle) });

export type BundleFile = Static<typeof BundleFile>;
export type Bundle = Static<typeof Bundle>;
export type GoldenFamily = Static<typeof GoldenFamily>;
export type Manifest = Static<typeof Manifest>;

/** A manifest or golden file that cannot be used; the message names the file and each fault. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Longest part of a wrong value that a message repeats. */
const SHOWN_CHARACTERS = 80;

/**
 * Parses the text of a manifest.
 *
 * @param path named in errors
 * @throws ManifestError naming each field that is wrong, with its value
 */
export function parseManifest(text: string, path: string): Manifest {
  const manifest = parseJson(text, path);
  if (!Value.Check(Manifest, manifest)) {
    const faults = Value.Errors(Manifest, manifest).map(
      (error) =>
        `${error.instancePath || '/'} ${brokenRule(error)}, got ${shown(valueAt(manifest, error.instancePath))}`,
    );
    throw new ManifestError(`${path} is not a valid manifest: ${faults.join('; ')}`);
  }
  for (const bundle of manifest.models) checkFileReferences(bundle, path);
  return manifest;
}

function checkFileReferences(bundle: Bundle, path: string): void {
  const names = bundle.files.map(({ name }) => name);
  for (const name of [bundle.graph, bundle.tokenizer, bundle.golden.file]) {
    if (!names.includes(name)) {
      throw new ManifestError(
        `${path} is not a valid manifest: "${bundle.name}" refers to "${name}", which is none of its files`,
      );
    }
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ManifestError(`${path} is not JSON`, { cause });
  }
}

function valueAt(manifest: unknown, pointer: string): unknown {
  const isTree = typeof manifest === 'object' && manifest !== null;
  return pointer === '' || !isTree ? manifest : Value.Pointer.Get(manifest, pointer);
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, SHOWN_CHARACTERS);
}
