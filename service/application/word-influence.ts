import { NotExplainableError } from '../domain/errors.ts';
import { hasFiniteScores, type Prediction } from '../domain/sentiment.ts';
import { type Word, withoutWord, wordsOf } from '../domain/words.ts';

/** Each word costs the scoring of one more text. */
const MAX_WORDS = 64;
/** Each of these texts is tokenized as a whole. */
const MAX_CHARACTERS = 2_000;

/** A word of a text, and what it does to the score of the text's label. */
export interface WordInfluence extends Word {
  readonly text: string;
  /**
   * Score of the label minus its score without the word, -1 to 1. Null if the text without the
   * word has nothing to score.
   */
  readonly influence: number | null;
}

/**
 * Words of the only text of a request.
 *
 * @throws NotExplainableError for several texts and for one with too many words
 */
export function explainableWords(texts: readonly string[]): readonly Word[] {
  const [text = ''] = texts;
  if (texts.length !== 1) {
    throw new NotExplainableError(
      `explain=words takes one text, got ${texts.length}; send each text in a request.`,
    );
  }
  if (text.length > MAX_CHARACTERS) {
    throw new NotExplainableError(
      `explain=words takes up to ${MAX_CHARACTERS} characters, and the text has more; shorten it.`,
    );
  }
  const words: Word[] = [];
  for (const word of wordsOf(text)) {
    if (words.push(word) <= MAX_WORDS) continue;
    throw new NotExplainableError(
      `explain=words takes up to ${MAX_WORDS} words, and the text has more; shorten it.`,
    );
  }
  return words;
}

/** The text without each of its words. */
export function leaveOneOut(text: string, words: readonly Word[]): string[] {
  return words.map((word) => withoutWord(text, word));
}

/** @param without predictions of the texts that `leaveOneOut` returned */
export function influencesOf(
  text: string,
  words: readonly Word[],
  { label, scores }: Prediction,
  without: readonly (Prediction | null)[],
): WordInfluence[] {
  return words.map(({ start, end }, index) => {
    const other = without[index];
    const isScored = other && hasFiniteScores(other);
    const influence = isScored ? scores[label] - other.scores[label] : null;
    return { start, end, text: text.slice(start, end), influence };
  });
}
