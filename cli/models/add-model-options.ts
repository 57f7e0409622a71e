import type { PreprocessingStep } from '../../service/contract/preprocessing.ts';
import type { Label } from '../../service/domain/sentiment.ts';
import type { Precision } from './convert/graph/classifier-graph.ts';

/** Options of `tss models add`. */
export interface AddModelOptions {
  readonly name?: string | undefined;
  /** A branch, tag or commit; absent: main, or what is locked already. */
  readonly revision?: string | undefined;
  readonly file?: string | undefined;
  readonly labels?: readonly Label[] | undefined;
  readonly languages?: readonly string[] | undefined;
  readonly precision?: Precision | undefined;
  readonly preprocessing?: readonly PreprocessingStep[] | undefined;
  readonly force?: boolean | undefined;
}
