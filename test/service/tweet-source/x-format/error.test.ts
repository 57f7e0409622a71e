import { describe, expect, it } from '@jest/globals';
import { classifyXError } from '../../../../service/tweet-source/x-format/error.ts';

const PROBLEMS = 'https://api.twitter.com/2/problems';

describe('classifyXError', () => {
  it.each([
    ['resource-not-found', 'not_found'],
    ['not-authorized-for-resource', 'protected'],
    ['resource-unavailable', 'protected'],
    ['disallowed-resource', 'withheld'],
    ['usage-capped', 'limited'],
    ['client-forbidden', 'failed'],
    ['unsupported-authentication', 'failed'],
    ['invalid-request', 'failed'],
    ['field-unauthorized', 'failed'],
    ['invented-tomorrow', 'failed'],
    ['constructor', 'failed'],
  ])('maps a type that ends in %s to %s', (type, fault) => {
    expect(classifyXError({ type: `${PROBLEMS}/${type}` })).toBe(fault);
    expect(classifyXError({ type: `https://api.x.com/2/problems/${type}` })).toBe(fault);
    expect(classifyXError({ type: `https://developer.x.com/en/support#${type}` })).toBe(fault);
  });

  it.each([
    [34, 'failed'],
    [144, 'not_found'],
    [421, 'not_found'],
    [422, 'not_found'],
    [63, 'protected'],
    [179, 'protected'],
    [88, 'limited'],
    [32, 'failed'],
    [130, 'failed'],
  ])('maps code %d to %s', (code, fault) => {
    expect(classifyXError({ code })).toBe(fault);
  });

  it.each([
    [404, 'not_found'],
    [410, 'not_found'],
    [403, 'protected'],
    [451, 'withheld'],
    [402, 'limited'],
    [429, 'limited'],
    [401, 'failed'],
    [503, 'failed'],
  ])('maps status %d without a specific type to %s', (status, fault) => {
    expect(classifyXError({ status, type: 'about:blank' })).toBe(fault);
    expect(classifyXError({ status })).toBe(fault);
  });

  it('prefers a specific type to the status', () => {
    expect(classifyXError({ type: `${PROBLEMS}/client-forbidden`, status: 403 })).toBe('failed');
    expect(classifyXError({ type: `${PROBLEMS}/usage-capped`, status: 403 })).toBe('limited');
  });

  it('maps an error without details to a failure', () => {
    expect(classifyXError({})).toBe('failed');
  });
});
