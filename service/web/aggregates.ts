import type { Label } from '../domain/sentiment.ts';

type Counts = Readonly<Record<Label, number>>;
type MeanScores = Readonly<Record<Label, number>> | null;

export interface ActiveUsers {
  readonly users: readonly {
    readonly user: { readonly id: string; readonly username: string | null };
    readonly total: number;
    readonly counts: Counts;
  }[];
}

export interface Aggregate {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly counts: Counts;
  readonly meanScores: MeanScores;
  readonly timeline: readonly {
    readonly date: string;
    readonly counts: Counts;
    readonly meanScores: MeanScores;
  }[];
}
