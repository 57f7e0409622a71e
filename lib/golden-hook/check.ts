import type { Golden, GoldenText } from './golden.ts';
import { type Endpoint, post } from './post.ts';

interface Answer {
  readonly model: { readonly name: string; readonly revision: string };
  readonly results: readonly {
    readonly sentimentAnalyst: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly truncated: boolean;
  }[];
}

/**
 * Asks a release for the golden texts.
 *
 * @throws Error naming the first difference, or why there was no answer.
 */
export async function checkGolden(golden: Golden, endpoint: Endpoint): Promise<void> {
  const texts = golden.texts.map(({ text }) => text);
  const answer: Answer = JSON.parse(await post(endpoint, JSON.stringify({ texts })));
  const { model, results } = answer;
  if (model.name !== golden.model.name || model.revision !== golden.model.revision) {
    throw new Error(
      `The release serves ${model.name} ${model.revision}; expected ${golden.model.name} ${golden.model.revision}.`,
    );
  }
  if (results.length !== golden.texts.length) {
    throw new Error(`${results.length} results for ${golden.texts.length} texts.`);
  }
  for (const [index, expected] of golden.texts.entries()) {
    compare(golden, expected, results[index]);
  }
}

function compare(
  golden: Golden,
  expected: GoldenText,
  result: Answer['results'][number] | undefined,
) {
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
    const [score, wanted] = [result.scores[name], expected.probabilities[place]];
    // Written so that a score that is missing fails too.
    const near =
      score !== undefined && wanted !== undefined && Math.abs(score - wanted) <= golden.tolerance;
    if (!near) {
      throw new Error(
        `${about}: ${name} has the score ${score}; expected ${wanted}, give or take ${golden.tolerance}.`,
      );
    }
  }
}
