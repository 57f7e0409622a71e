import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  ERROR_CLASS,
  ERROR_CODES,
  type ErrorClass,
} from '../../../service/contract/error-codes.ts';

/** Code, status and class of each section of docs/errors.md. */
const SECTIONS = [
  ...readFileSync('docs/errors.md', 'utf8').matchAll(
    /^### (\w+)\n\*\*(\d{3})\.\*\* Class `(\w+)`\./gm,
  ),
].map(([, code = '', status, errorClass = '']) => ({ code, status: Number(status), errorClass }));

const codesOf = (errorClass: ErrorClass) =>
  ERROR_CODES.filter((code) => ERROR_CLASS[code] === errorClass);

describe('the classes of error codes', () => {
  it('are the same in docs/errors.md and in the contract', () => {
    const documented = SECTIONS.map(({ code, errorClass }) => [code, errorClass]);
    expect(documented.toSorted()).toEqual(Object.entries(ERROR_CLASS).toSorted());
  });

  it('charge every status below 500 to the caller, and no other', () => {
    const charged = SECTIONS.filter(({ errorClass }) => errorClass === 'caller');
    expect(charged).toEqual(SECTIONS.filter(({ status }) => status < 500));
  });

  it('charge to a release what a release can cause', () => {
    expect(codesOf('own')).toEqual(['model_failed', 'overloaded', 'shutting_down', 'internal']);
  });

  it('charge the limits and outages of X and Redis to the dependency', () => {
    expect(codesOf('dependency')).toEqual([
      'tweet_source_failed',
      'tweet_source_limited',
      'feature_store_unavailable',
    ]);
  });
});
