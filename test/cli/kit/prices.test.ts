import { describe, expect, it } from '@jest/globals';
import { dollars, dollarsAndCents } from '../../../cli/kit/prices.ts';

describe('dollars', () => {
  it.each([
    [0.005, '$0.005'],
    [0.01, '$0.01'],
    [1.26, '$1.26'],
    [1234.5, '$1,234.50'],
  ])('shows %d as %s', (amount, shown) => {
    expect(dollars(amount)).toBe(shown);
  });
});

describe('dollarsAndCents', () => {
  it.each([
    [0.004, '$0.00'],
    [1.266, '$1.27'],
    [1234, '$1,234.00'],
  ])('shows %d as %s', (amount, shown) => {
    expect(dollarsAndCents(amount)).toBe(shown);
  });
});
