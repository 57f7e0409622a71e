import { describe, expect, it } from '@jest/globals';
import { attempt, CANNOT } from './helpers/emulation.ts';

describe('script/arm64', () => {
  it('runs Node as arm64, or says why it cannot', () => {
    if (attempt.status === CANNOT) {
      expect(attempt.stderr).toMatch(/arm64 cannot be emulated here: .+\./);
    } else {
      expect([attempt.status, attempt.stdout.trim(), attempt.stderr]).toEqual([0, 'arm64', '']);
    }
  });
});
