export interface Load {
  readonly requestsPerDay: number;
  /** Share of requests answered from the feature store, 0 to 1. */
  readonly hitRate: number;
  /** Rate of one saturated vCPU. */
  readonly predictionsPerSecondPerVcpu: number;
}

/** One line of an estimate. */
export interface Component {
  readonly name: string;
  readonly usdPerMonth: number;
  /** Quantities that the amount was computed from. */
  readonly basis: string;
}
