import type { Golden, GoldenText } from './golden.ts';
import { type Endpoint, post } from './post.ts';

/** The parts of an answer that are looked at. They are the release's: nothing in them is taken on trust. */
interface Answer {
  readonly model?: { readonly name?: unknown; readonly revision?: unknown } | null;
  readonly results?: readonly (Result | null)[];
}

interface Result {
  readonly sentimentAnalyst?: unknown;
  readonly scores?: Readonly<Record<string, unknown>> | null;
  readonly truncated?: unknown;
}

/**
 * Asks a release for the golden texts.
 *
 * @throws Error naming the first difference, or why there was no answer.
 */
export async function checkGolden(golden: Golden, endpoint: Endpoint): Promise<void> {
  const texts = golden.texts.map(({ text }) => text);
  const { model, results } = parse(await post(endpoint, JSON.stringify({ texts })));
  if (model?.name !== golden.model.name || model.revision !== golden.model.revision) {
    throw new Error(
      `The release serves ${model?.name} ${model?.revision}; expected ${golden.model.name} ${golden.model.revision}.`,
    );
  }
  if (!Array.isArray(results)) {
    throw new Error(`The release's answer is without a list of results: ${typeof results}.`);
  }
  if (results.length !== golden.texts.length) {
    throw new Error(`${results.length} results for ${golden.texts.length} texts.`);
  }
  for (const [index, expected] of golden.texts.entries()) {
    compare(golden, expected, results[index]);
  }
}

function parse(text: string): Answer {
  const start = text.slice(0, 100);
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch (cause) {
    throw new Error(`The release's answer is no JSON: ${start}`, { cause });
  }
  throw new Error(`The release's answer is no JSON object: ${start}`);
}

function compare(golden: Golden, expected: GoldenText, result: Result | null | undefined) {
  const about = `Golden text ${JSON.stringify(expected.text.slice(0, 40))}`;
  const highest = Math.max(...expected.probabilities);
  const label = golden.labels[expected.probabilities.indexOf(highest)];
  if (result?.sentimentAnalyst !== label) {
    throw new Error(`${about}: ${result?.sentimentAnalyst}; expected ${label}.`);
  }
  if (result?.truncated !== expected.truncated) {
    throw new Error(`${about}: truncated is ${result?.truncated}; expected ${expected.truncated}.`);
  }
  for (const [place, name] of golden.labels.entries()) {
    const [score, wanted] = [result.scores?.[name], expected.probabilities[place]];
    // Whatever is no number fails: null, in a subtraction, would be a score of 0, and no comparison
    // with NaN is true.
    const near =
      typeof score === 'number' &&
      wanted !== undefined &&
      Math.abs(score - wanted) <= golden.tolerance;
    if (!near) {
      throw new Error(
        `${about}: ${name} has the score ${JSON.stringify(score)}; expected ${wanted}, give or take ${golden.tolerance}.`,
      );
    }
  }
}
