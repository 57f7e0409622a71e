import { describe, expect, it } from '@jest/globals';
import { attempt, CANNOT } from './helpers/emulation.ts';

describe('script/arm64', () => {
  it('runs Node as arm64, or says why it cannot', () => {
    if (attempt.status === CANNOT) {
      expect(attempt.stderr).toMatch(/arm64 cannot be emulated here: .+\./);
    } else {
      const { status, stdout, stderr } = attempt;
      expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: 'arm64\n' });
    }
  });
});
