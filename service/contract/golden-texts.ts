/**
 * Golden texts: texts whose scores are known. The service checks them at every start, the golden
 * hook before a release gets traffic.
 */
import Type from 'typebox';
import Value from 'typebox/value';
import type { CpuFamily } from './cpu-family.ts';
import { type Bundle, type GoldenFamily, ManifestError } from './model-manifest.ts';

export interface GoldenText {
  /** Its line in the golden file, from 0. */
  readonly line: number;
  readonly text: string;
  /** The text is longer than the model's window; undefined where the file does not say. */
  readonly truncated: boolean | undefined;
  /** In the order of the bundle's labels. */
  readonly probabilities: readonly number[];
}

const Line = Type.Object({
  text: Type.String(),
  truncated: Type.Optional(Type.Boolean()),
  /** In the order of the probabilities; without them, that of the manifest. */
  labels: Type.Optional(Type.Array(Type.String())),
});

/** Content of a golden file. */
export interface GoldenLines {
  readonly jsonLines: string;
  /** Named in errors. */
  readonly path: string;
}

/** Field of the probabilities in a file of another CPU family. */
export const FAMILY_PROBABILITIES = 'probabilities';

/**
 * Tolerance at least, where a bundle has no probabilities of a CPU family: those of another family
 * are expected. The embedded model's differ by up to 0.021.
 */
const OTHER_FAMILY_TOLERANCE = 0.05;

/** Largest differences of a probability on one CPU family. */
export interface GoldenTolerances {
  /** Of a text alone. */
  readonly tolerance: number;
  /** Of texts scored in one request. */
  readonly batchTolerance: number;
}

export function goldenTolerances(
  { batchInvariant, golden }: Bundle,
  family: CpuFamily,
): GoldenTolerances {
  const own = family === baseFamily(golden) ? golden : golden.families?.[family];
  const { tolerance, batchTolerance = tolerance } = own ?? golden;
  const least = own === undefined ? OTHER_FAMILY_TOLERANCE : 0;
  return {
    tolerance: Math.max(least, tolerance),
    batchTolerance: Math.max(least, batchInvariant ? tolerance : batchTolerance),
  };
}

/** The file with a family's probabilities; undefined where they are in `golden.file`, or unknown. */
export function goldenFamilyFile({ golden }: Bundle, family: CpuFamily): GoldenFamily | undefined {
  return family === baseFamily(golden) ? undefined : golden.families?.[family];
}

/** CPU family that computed the probabilities of `golden.file`. */
export function baseFamily({ family = 'x64' }: Bundle['golden']): CpuFamily {
  return family;
}

/**
 * Reads the golden texts that the manifest chooses for a quick check.
 *
 * @param texts the bundle's golden file
 * @param scores file with the probabilities of another CPU family, line by line
 * @throws ManifestError when a line is missing, or lacks a probability for each label
 */
export function readGoldenTexts(
  texts: GoldenLines,
  bundle: Bundle,
  scores?: GoldenLines,
): GoldenText[] {
  const lineOf = reader(texts, bundle);
  const scoresOf = scores === undefined ? lineOf : reader(scores, bundle);
  const field = scores === undefined ? bundle.golden.probabilities : FAMILY_PROBABILITIES;
  return bundle.golden.startUpLines.map((line) => ({
    line,
    ...textOf(lineOf(line), bundle),
    probabilities: probabilitiesOf(scoresOf(line), field, bundle),
  }));
}

/** Fields of a line, and its place. */
interface PlacedFields {
  readonly fields: Record<string, unknown>;
  readonly place: string;
}

function reader(
  { jsonLines, path }: GoldenLines,
  { name }: Bundle,
): (line: number) => PlacedFields {
  const lines = jsonLines.trimEnd().split('\n');
  return (line) => {
    const json = lines[line];
    if (json === undefined) {
      throw new ManifestError(
        `${path} has ${lines.length} lines and no line ${line} (from 0); correct startUpLines of "${name}"`,
      );
    }
    const place = `${path}, line ${line} (from 0)`;
    return { fields: parse(json, place), place };
  };
}

function textOf(
  { fields, place }: PlacedFields,
  { name, labels }: Bundle,
): Pick<GoldenText, 'text' | 'truncated'> {
  if (!Value.Check(Line, fields)) {
    throw new ManifestError(
      `${place} has no golden text; give "text" as a string, and "truncated" as true, false or not at all`,
    );
  }
  const { text, truncated, labels: scored = labels } = fields;
  if (scored.join() !== labels.join()) {
    throw new ManifestError(
      `The manifest gives "${name}" the labels ${labels.join(', ')}, but ${place} was scored with ` +
        `${scored.join(', ')}; to change labels, remove the model and add it again: ` +
        'stored scores of the other labels must not be served',
    );
  }
  return { text, truncated };
}

function probabilitiesOf(
  { fields, place }: PlacedFields,
  field: string,
  { labels }: Bundle,
): readonly number[] {
  const probabilities = fields[field];
  const count = { minItems: labels.length, maxItems: labels.length };
  if (!Value.Check(Type.Array(Type.Number(), count), probabilities)) {
    throw new ManifestError(
      `${place}: ${field} is ${JSON.stringify(probabilities)}; give one number for each of ${labels.join(', ')}`,
    );
  }
  return probabilities;
}

function parse(json: string, place: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(json));
  } catch (cause) {
    throw new ManifestError(`${place} is not JSON`, { cause });
  }
}

/** The label with the highest probability. */
export function goldenLabel({ probabilities }: GoldenText, { labels }: Bundle): string {
  return labels[probabilities.indexOf(Math.max(...probabilities))] ?? '';
}

/**
 * Compares scores with the expected ones. Everything but numbers fails: null would count as 0 in
 * a subtraction, and no comparison with NaN is true.
 */
export function areScoresClose(
  scores: readonly unknown[],
  expected: readonly number[],
  tolerance: number,
): boolean {
  return (
    scores.length === expected.length &&
    expected.every((probability, index) => {
      const score = scores[index];
      return typeof score === 'number' && Math.abs(score - probability) <= tolerance;
    })
  );
}
