import { describe, expect, it } from '@jest/globals';
import { dollars } from '../../../cli/kit/prices.ts';

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
