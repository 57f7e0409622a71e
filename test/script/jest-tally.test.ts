import { describe, expect, it } from '@jest/globals';
import { tally } from '../../script/lib/jest-tally.ts';

const suite = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test, index) => ({ status: test, fullName: `${test} ${index}` })),
});

describe('the count of a test run', () => {
  it.each([
    {
      run: 'that passes',
      testResults: [suite('passed', 'passed', 'passed'), suite('passed', 'passed')],
      succeeded: true,
      counts: { passed: 3, failed: 0, skipped: [] },
    },
    {
      run: 'with a failing test',
      testResults: [suite('failed', 'passed', 'failed'), suite('passed', 'passed')],
      succeeded: false,
      counts: { passed: 2, failed: 1, skipped: [] },
    },
    {
      run: 'with a suite that cannot be loaded',
      testResults: [suite('failed'), suite('passed', 'passed')],
      succeeded: false,
      counts: { passed: 1, failed: 1, skipped: [] },
    },
    {
      run: 'with a suite that fails after its tests have passed',
      testResults: [suite('failed', 'passed')],
      succeeded: false,
      counts: { passed: 1, failed: 1, skipped: [] },
    },
    {
      run: 'that fails for a reason not listed',
      testResults: [suite('passed', 'passed')],
      succeeded: false,
      counts: { passed: 1, failed: 1, skipped: [] },
    },
    {
      run: 'without tests',
      testResults: [],
      succeeded: true,
      counts: { passed: 0, failed: 1, skipped: [] },
    },
    {
      run: 'with tests that did not run',
      testResults: [suite('passed', 'passed', 'pending', 'todo')],
      succeeded: true,
      counts: { passed: 1, failed: 0, skipped: ['pending 1', 'todo 2'] },
    },
  ])('$run', ({ testResults, succeeded, counts }) => {
    expect(tally({ testResults }, succeeded)).toEqual(counts);
  });
});
