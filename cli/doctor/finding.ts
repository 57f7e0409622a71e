export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly remedy?: string;
}

/** A check that cannot be made throws; its state is then unknown. */
export interface Check {
  readonly name: string;
  /** Needs no permission, so it fails if it cannot be made: then nothing is known of the account. */
  readonly required?: true;
  readonly run: (signal: AbortSignal) => Promise<Finding>;
}
