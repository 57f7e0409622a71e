import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a release must answer, and how closely. */
export interface Golden {
  readonly model: { readonly name: string; readonly revision: string };
  readonly labels: readonly string[];
  /** Largest difference of a probability. */
  readonly tolerance: number;
  readonly texts: readonly GoldenText[];
}

export interface GoldenText {
  readonly text: string;
  readonly truncated: boolean;
  /** In the order of the labels. */
  readonly probabilities: readonly number[];
}

/** The part of models/manifest.json that is read here. */
interface Manifest {
  readonly models: readonly {
    readonly name: string;
    readonly revision: string;
    readonly labels: readonly string[];
    readonly golden: {
      readonly file: string;
      readonly probabilities: string;
      readonly tolerance: number;
      readonly startUpLines: readonly number[];
    };
  }[];
}

/** Where a model's golden texts are: its manifest and, beside it, the model's folder. */
export function goldenFiles(modelsFolder: string, modelName: string): readonly string[] {
  return ['manifest.json', join(modelName, entryOf(modelsFolder, modelName).golden.file)];
}

/**
 * Reads the golden texts that the manifest chooses for a quick check.
 *
 * @throws Error when the manifest does not describe the model, its golden file lacks a line, or
 *   what is there would let every answer pass.
 */
export function readGolden(modelsFolder: string, modelName: string): Golden {
  const { name, revision, labels, golden } = entryOf(modelsFolder, modelName);
  const path = join(modelsFolder, modelName, golden.file);
  if (golden.startUpLines.length === 0) {
    throw new Error(`The manifest's startUpLines is empty: nothing would be asked of ${name}.`);
  }
  if (typeof golden.tolerance !== 'number' || golden.tolerance >= 1) {
    throw new Error(`The manifest's tolerance is ${golden.tolerance}; give a number below 1.`);
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const texts = golden.startUpLines.map((number): GoldenText => {
    const line = lines[number];
    if (line === undefined) {
      throw new Error(`${path} has ${lines.length} lines, and no ${number}; correct startUpLines.`);
    }
    const { text, truncated, [golden.probabilities]: probabilities } = JSON.parse(line);
    if (!areNumbers(probabilities, labels.length)) {
      throw new Error(
        `${path}, line ${number}: ${golden.probabilities} is ${JSON.stringify(probabilities)}; give one number for each of ${labels.join(', ')}.`,
      );
    }
    return { text, truncated, probabilities };
  });
  return { model: { name, revision }, labels, tolerance: golden.tolerance, texts };
}

function areNumbers(values: unknown, count: number): values is number[] {
  return (
    Array.isArray(values) &&
    values.length === count &&
    values.every((value) => typeof value === 'number')
  );
}

function entryOf(modelsFolder: string, modelName: string) {
  const path = join(modelsFolder, 'manifest.json');
  const { models }: Manifest = JSON.parse(readFileSync(path, 'utf8'));
  const entry = models.find(({ name }) => name === modelName);
  if (!entry) {
    const known = models.map(({ name }) => name).join(', ');
    throw new Error(
      `${path} has no model "${modelName}", only ${known}; add it by "npm run models -- add", or choose another by -c modelName=NAME.`,
    );
  }
  return entry;
}
