import type { ComparisonOperator, IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/** One alarm: its name is also the section of docs/operations.md that tells what to do. */
export interface AlarmSpec {
  readonly name: string;
  /** `page`: someone must act now; `notice`: someone should look within a working day. */
  readonly kind: 'page' | 'notice';
  readonly happened: string;
  readonly metric: IMetric;
  /** Alarming beyond it; see `comparison`. */
  readonly threshold: number;
  /** Default: greater than the threshold. */
  readonly comparison?: ComparisonOperator;
  /** Of the last `periods` readings so many must alarm; default: all of them. */
  readonly readings?: number;
  readonly periods: number;
  /** Default: no data, no alarm. */
  readonly missing?: TreatMissingData;
}
