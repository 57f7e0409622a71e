import type { LanguageFinding } from '../../service/domain/language.ts';
import { LABELS, type ModelIdentity, type Prediction } from '../../service/domain/sentiment.ts';
import { UsageError } from '../kit/errors.ts';

/** Values that are added to a record, in the order of the columns. */
export type AddedValues = Readonly<Record<string, string | number | boolean | null>>;

/** The columns that scoring adds, named as in the prediction log, behind a prefix. */
export class AddedColumns {
  readonly names: readonly string[];

  constructor(prefix: string) {
    this.names = [
      'label',
      ...LABELS.map((label) => `score_${label}`),
      'truncated',
      'language',
      'language_supported',
      'model_name',
      'model_revision',
    ].map((name) => prefix + name);
  }

  /** @throws UsageError when the input has a column of such a name */
  expectNoneOf(columns: readonly string[]): void {
    const taken = this.names.find((name) => columns.includes(name));
    if (taken === undefined) return;
    throw new UsageError(
      `the input has a column '${taken}' already; give --prefix, such as --prefix predicted_`,
    );
  }

  values(
    { label, scores, truncated }: Prediction,
    { language, languageSupported }: LanguageFinding,
    { name, revision }: Pick<ModelIdentity, 'name' | 'revision'>,
  ): AddedValues {
    const values = [
      label,
      ...LABELS.map((each) => scores[each]),
      truncated,
      language,
      languageSupported,
      name,
      revision,
    ];
    return Object.fromEntries(this.names.map((column, index) => [column, values[index] ?? null]));
  }
}
