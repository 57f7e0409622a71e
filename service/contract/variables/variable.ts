import type { Definition } from '../configuration.ts';

/** An environment variable of the service. */
export interface Variable extends Definition {
  /** One sentence for the configuration table. */
  readonly description: string;
  /** The value where the variable is absent; no default: nothing is set. */
  readonly default?: string | number | boolean;
  /** Belongs into a secret manager, never into a log. */
  readonly secret?: true;
  /** Every deployment must decide it: the default, or its absence, is meant for a local run. */
  readonly deployment?: true;
}

/** Longest of every time-out, far below the 24.8 days at which timers overflow. */
export const TEN_MINUTES_MS = 600_000;
