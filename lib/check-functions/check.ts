import {
  areScoresClose,
  type GoldenText,
  goldenLabel,
} from '../../service/contract/golden-texts.ts';
import type { Golden } from './golden.ts';
import { type Endpoint, post } from './post.ts';

/** The checked parts of an answer. The release sent them, so every part may be missing or wrong. */
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
    throw new Error(`The release's answer has no list of results but ${typeof results}.`);
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
    throw new Error(`The release's answer is not JSON: ${start}`, { cause });
  }
  throw new Error(`The release's answer is not a JSON object: ${start}`);
}

function compare(golden: Golden, expected: GoldenText, result: Result | null | undefined) {
  const { model, tolerance } = golden;
  const about = `Golden text ${JSON.stringify(expected.text.slice(0, 40))}`;
  const label = goldenLabel(expected, model);
  if (result?.sentimentAnalyst !== label) {
    throw new Error(`${about}: ${result?.sentimentAnalyst}; expected ${label}.`);
  }
  if (expected.truncated !== undefined && result.truncated !== expected.truncated) {
    throw new Error(`${about}: truncated is ${result.truncated}; expected ${expected.truncated}.`);
  }
  const scores = model.labels.map((name) => result.scores?.[name]);
  if (!areScoresClose(scores, expected.probabilities, tolerance)) {
    throw new Error(
      `${about}: ${model.labels.join(', ')} have the scores ${JSON.stringify(scores)}; expected ${JSON.stringify(expected.probabilities)} within ${tolerance}.`,
    );
  }
}
