/** Contribution of a check to the final count. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Full names of tests that did not run. */
  readonly skipped: readonly string[];
}

/** The part of `jest --json` that is counted. */
export interface JestResults {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export function failedToRun(): Tally {
  return { passed: 0, failed: 1, skipped: [] };
}

/**
 * Counts tests. A suite that failed without a failing test (it could not be loaded, say) counts
 * as one failure; so does a run that tested nothing, or that failed for a reason not listed.
 */
export function tally({ testResults }: JestResults, succeeded: boolean): Tally {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const brokenSuites = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const passed = count('passed');
  const failed = count('failed') + brokenSuites.length;
  const unexplained = failed === 0 && (!succeeded || passed === 0);
  return {
    passed,
    failed: unexplained ? 1 : failed,
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => fullName),
  };
}
