import { marginOf } from '../../../service/domain/sentiment.ts';
import { CliError } from '../../kit/errors.ts';
import type { ScoredText } from '../../score/scorer.ts';
import { type LeftOutLine, MAX_NAMED_LINES, type Report } from '../contract.ts';
import type { ItemTexts } from './item-texts.ts';
import { recordOf } from './record.ts';
import type { ResultRow } from './result-file.ts';

export type ItemCounts = Pick<Report, 'lines' | 'scored' | 'left_out' | 'first_left_out'>;

interface ResultRowsOptions {
  readonly task: {
    readonly input: string;
    readonly idColumn?: string;
    readonly textColumn?: string;
  };
  readonly texts: ItemTexts;
  readonly certainMargin: number;
}

/** Makes rows of an item's scored texts, and counts them. */
export class ResultRows {
  readonly #options: ResultRowsOptions;
  readonly #firstLeftOut: LeftOutLine[] = [];
  #scored = 0;
  /** Records without a text by the name that was given. */
  #lacking = 0;
  #leftOut = 0;
  /** Scored records that may have an id, and those that have one. */
  #records = 0;
  #ids = 0;

  constructor(options: ResultRowsOptions) {
    this.#options = options;
  }

  /** @returns undefined for a text that is left out */
  next(text: ScoredText, scoredAt: Date): ResultRow | undefined {
    if ('fault' in text) {
      this.#leaveOut(text);
      return undefined;
    }
    this.#scored++;
    const { task, texts, certainMargin } = this.#options;
    const { prediction, language } = text;
    const { scores } = prediction;
    const { idColumn } = task;
    const record = recordOf(text.text.source, { idColumn, columns: texts.columns });
    if (record.json !== null) this.#records++;
    if (record.id !== null) this.#ids++;
    return {
      input: task.input,
      line: BigInt(text.line),
      byte: texts.hasBytes ? BigInt(text.byte) : null,
      id: record.id,
      text: text.text.text,
      record: record.json,
      label: prediction.label,
      score_negative: scores.negative,
      score_neutral: scores.neutral,
      score_positive: scores.positive,
      truncated: prediction.truncated,
      certain: marginOf(scores) >= certainMargin,
      language: language.language,
      language_supported: language.languageSupported,
      scored_at: scoredAt,
    };
  }

  /** @throws CliError when no record has the text, or the id, that was named: its name is likely wrong */
  expectNamed(): void {
    const { input, textColumn, idColumn } = this.#options.task;
    if (this.#scored === 0 && this.#lacking > 0) {
      throw new CliError(
        `${input} has no text '${textColumn}' to score: ${this.#lacking} of its ${this.#leftOut} records lack it; correct --text-column`,
      );
    }
    if (idColumn !== undefined && this.#records > 0 && this.#ids === 0) {
      throw new CliError(
        `${input} has no id '${idColumn}' in any of the ${this.#records} records that were scored; correct --id-column`,
      );
    }
  }

  counts(): ItemCounts {
    return {
      lines: this.#options.texts.lines(),
      scored: this.#scored,
      left_out: this.#leftOut,
      first_left_out: this.#firstLeftOut,
    };
  }

  #leaveOut(text: Extract<ScoredText, { readonly fault: string }>): void {
    this.#leftOut++;
    if (text.lacksText) this.#lacking++;
    if (this.#firstLeftOut.length >= MAX_NAMED_LINES) return;
    const { line, byte, fault, tweet } = text;
    this.#firstLeftOut.push({
      line,
      ...(this.#options.texts.hasBytes && { byte }),
      problem: tweet === undefined ? fault : `tweet ${tweet} ${fault}`,
    });
  }
}
