import type { LanguageFinding } from '../../service/domain/language.ts';
import {
  LABELS,
  type ModelIdentity,
  marginOf,
  type Prediction,
} from '../../service/domain/sentiment.ts';
import { UsageError } from '../kit/errors.ts';

/** Values that are added to a record, in the order of the columns. */
export type AddedValues = Readonly<Record<string, string | number | boolean | null>>;

interface AddedColumn {
  readonly name: string;
  /** Type in Parquet, by DuckDB's name. */
  readonly type: 'VARCHAR' | 'DOUBLE' | 'BOOLEAN';
}

export interface AddedColumnsOptions {
  /** True for Parquet: DuckDB takes `Label` and `label` for the same column. */
  readonly ignoreCase: boolean;
}

/** Values of the model that are added to every record. */
export interface ScoringModel {
  readonly identity: Pick<ModelIdentity, 'name' | 'revision'>;
  readonly certainMargin: number;
}

/** The columns that scoring adds, named as in the prediction log, behind a prefix. */
export class AddedColumns {
  readonly columns: readonly AddedColumn[];
  readonly names: readonly string[];
  readonly #ignoreCase: boolean;
  /** Names as they are compared. */
  readonly #taken: ReadonlySet<string>;

  constructor(prefix: string, { ignoreCase }: AddedColumnsOptions = { ignoreCase: false }) {
    const columns: readonly AddedColumn[] = [
      { name: 'label', type: 'VARCHAR' },
      ...LABELS.map((label) => ({ name: `score_${label}`, type: 'DOUBLE' as const })),
      { name: 'truncated', type: 'BOOLEAN' },
      { name: 'language', type: 'VARCHAR' },
      { name: 'language_supported', type: 'BOOLEAN' },
      { name: 'model_name', type: 'VARCHAR' },
      { name: 'model_revision', type: 'VARCHAR' },
      { name: 'certain', type: 'BOOLEAN' },
    ];
    this.columns = columns.map(({ name, type }) => ({ name: prefix + name, type }));
    this.names = this.columns.map(({ name }) => name);
    this.#ignoreCase = ignoreCase;
    this.#taken = new Set(this.names.map((name) => this.#comparable(name)));
  }

  /** The first of the names that an added column has, too. */
  takenIn(names: readonly string[]): string | undefined {
    return names.find((name) => this.#taken.has(this.#comparable(name)));
  }

  /** @throws UsageError when the input has a column of such a name */
  expectNoneOf(columns: readonly string[]): void {
    const taken = this.takenIn(columns);
    if (taken === undefined) return;
    throw new UsageError(
      `the input has a column '${taken}' already; give --prefix, such as --prefix predicted_`,
    );
  }

  values(
    { label, scores, truncated }: Prediction,
    { language, languageSupported }: LanguageFinding,
    { identity, certainMargin }: ScoringModel,
  ): AddedValues {
    const values = [
      label,
      ...LABELS.map((each) => scores[each]),
      truncated,
      language,
      languageSupported,
      identity.name,
      identity.revision,
      marginOf(scores) >= certainMargin,
    ];
    return Object.fromEntries(this.names.map((column, index) => [column, values[index] ?? null]));
  }

  #comparable(name: string): string {
    return this.#ignoreCase ? name.toLowerCase() : name;
  }
}

/** Names that a reader keeps apart from those of the input. */
export type AddedNames = Pick<AddedColumns, 'names' | 'takenIn' | 'expectNoneOf'>;

export const NO_ADDED_COLUMNS: AddedNames = {
  names: [],
  takenIn: () => undefined,
  expectNoneOf: () => {},
};
