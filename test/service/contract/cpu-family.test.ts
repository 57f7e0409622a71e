import { describe, expect, it } from '@jest/globals';
import { cpuFamilyOf } from '../../../service/contract/cpu-family.ts';

describe('the CPU family', () => {
  it.each([
    ['x64', 'x64'],
    ['arm64', 'arm64'],
  ])('of the architecture %s is %s', (architecture, family) => {
    expect(cpuFamilyOf(architecture)).toBe(family);
  });
});
