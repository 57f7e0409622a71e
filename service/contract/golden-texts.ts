/**
 * Golden texts: texts whose scores are known. The service checks them at every start, the golden
 * hook before a release gets traffic.
 */
import Type from 'typebox';
import Value from 'typebox/value';
import { type Bundle, ManifestError } from './model-manifest.ts';

export interface GoldenText {
  /** Its line in the golden file, from 0. */
  readonly line: number;
  readonly text: string;
  /** The text is longer than the model's window; undefined where the file does not say. */
  readonly truncated: boolean | undefined;
  /** In the order of the bundle's labels. */
  readonly probabilities: readonly number[];
}

const Line = Type.Object({ text: Type.String(), truncated: Type.Optional(Type.Boolean()) });

/**
 * Reads the golden texts that the manifest chooses for a quick check.
 *
 * @param jsonLines content of the bundle's golden file
 * @param path of that file, named in errors
 * @throws ManifestError when a line is missing, or lacks a probability for each label
 */
export function readGoldenTexts(jsonLines: string, bundle: Bundle, path: string): GoldenText[] {
  const lines = jsonLines.trimEnd().split('\n');
  return bundle.golden.startUpLines.map((line) => {
    const json = lines[line];
    if (json === undefined) {
      throw new ManifestError(
        `${path} has ${lines.length} lines and no line ${line} (from 0); correct startUpLines of "${bundle.name}"`,
      );
    }
    return goldenText(json, line, bundle, path);
  });
}

function goldenText(json: string, line: number, bundle: Bundle, path: string): GoldenText {
  const { labels, golden } = bundle;
  const place = `${path}, line ${line} (from 0)`;
  const fields = parse(json, place);
  const probabilities = fields[golden.probabilities];
  const count = { minItems: labels.length, maxItems: labels.length };
  if (!Value.Check(Line, fields)) {
    throw new ManifestError(
      `${place} has no golden text; give "text" as a string, and "truncated" as true, false or not at all`,
    );
  }
  if (!Value.Check(Type.Array(Type.Number(), count), probabilities)) {
    throw new ManifestError(
      `${place}: ${golden.probabilities} is ${JSON.stringify(probabilities)}; give one number for each of ${labels.join(', ')}`,
    );
  }
  return { line, text: fields.text, truncated: fields.truncated, probabilities };
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

/** Largest difference of a probability where the golden texts are scored in one request. */
export function batchTolerance({ batchInvariant, golden }: Bundle): number {
  return batchInvariant ? golden.tolerance : (golden.batchTolerance ?? golden.tolerance);
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
