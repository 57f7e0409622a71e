import { LanguageCheck } from '../../service/application/language-check.ts';
import { contextWithoutCaller } from '../../service/application/request-context.ts';
import type { LanguageFinding } from '../../service/domain/language.ts';
import { hasFiniteScores, type Prediction } from '../../service/domain/sentiment.ts';
import { EldLanguageIdentifier } from '../../service/inference/language/eld-language-identifier.ts';
import type { OnnxSentimentModel } from '../../service/inference/onnx-sentiment-model.ts';
import type { InputRecord, LeftOutText, ScorableText } from './formats/format.ts';

/** No caller waits: as good as no deadline. */
const CALL_TIMEOUT_MS = 24 * 3_600_000;

/**
 * Texts of one call of the engine: enough for full batches. The engine refuses more texts than it
 * has room for, and one page of tweets may hold any number.
 */
const CALL_TEXTS = 256;

/** A text with its scores, or one that is left out, with its place in the input. */
export type ScoredText = {
  readonly line: number;
  readonly lastLine: number;
  /** Offset of the line. */
  readonly byte: number;
} & (
  | {
      readonly text: ScorableText;
      readonly prediction: Prediction;
      readonly language: LanguageFinding;
    }
  | LeftOutText
);

export interface ScorerOptions {
  readonly model: Pick<OnnxSentimentModel, 'languages' | 'predict'>;
  /** A longer text is left out, as the service refuses it. */
  readonly maxCharacters: number;
}

/** Scores records by the service's engine. */
export class Scorer {
  readonly #options: ScorerOptions;
  readonly #languages: LanguageCheck;

  constructor(options: ScorerOptions) {
    this.#options = options;
    const { languages: modelLanguages } = options.model;
    const identifier = new EldLanguageIdentifier(modelLanguages);
    const metrics = { record: () => {} };
    this.#languages = new LanguageCheck({ identifier, modelLanguages, metrics });
  }

  /** The texts of all records, in their order. */
  async score(records: readonly InputRecord[]): Promise<ScoredText[]> {
    const given = records.flatMap(({ line, byte, next, texts }) => {
      const place = { line, lastLine: next.lines, byte };
      return texts.map((text) => ({ place, text: this.#checked(text) }));
    });
    const scorable = given.flatMap(({ text }) => ('fault' in text ? [] : [text.text]));
    const predictions = await this.#predict(scorable);
    const findings = await this.#languages.findAll(
      scorable.map((text) => ({ text, language: null })),
    );
    let next = 0;
    return given.map(({ place, text }) => {
      if ('fault' in text) return { ...place, ...text };
      const prediction = predictions[next];
      const language = findings[next];
      next++;
      if (!prediction || !language) return { ...place, fault: 'has nothing to score' };
      if (!hasFiniteScores(prediction)) {
        return { ...place, fault: 'has no finite scores: the model fails for this text' };
      }
      return { ...place, text, prediction, language };
    });
  }

  async #predict(texts: readonly string[]): Promise<(Prediction | null)[]> {
    const predictions: (Prediction | null)[] = [];
    for (let start = 0; start < texts.length; start += CALL_TEXTS) {
      const part = await this.#options.model.predict(
        texts.slice(start, start + CALL_TEXTS),
        contextWithoutCaller(CALL_TIMEOUT_MS),
      );
      predictions.push(...part);
    }
    return predictions;
  }

  #checked(text: ScorableText | LeftOutText): ScorableText | LeftOutText {
    if ('fault' in text) return text;
    const { maxCharacters } = this.#options;
    if (text.text.trim() === '') return { fault: 'has nothing to score' };
    // A text has at least as many UTF-16 units as characters.
    if (text.text.length <= maxCharacters) return text;
    const characters = charactersOf(text.text);
    if (characters <= maxCharacters) return text;
    return {
      fault: `has a text of ${characters} characters; the longest allowed has ${maxCharacters}`,
    };
  }
}

/** Number of characters (code points), without a list of them. */
function charactersOf(text: string): number {
  let characters = 0;
  for (const _ of text) characters++;
  return characters;
}
