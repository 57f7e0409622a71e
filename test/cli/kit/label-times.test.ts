import { describe, expect, it } from '@jest/globals';
import { labelTimeMs } from '../../../cli/kit/offline/labels.ts';

describe('the time of a label', () => {
  it.each([
    '2026-11-23T10:00:00Z',
    '2026-11-23T11:00:00+01:00',
    '2026-11-23 10:00:00+00',
    '2026-11-23T10:00:00+00',
    '2026-11-23T10:00Z',
    '2026-11-23 10:00:00 UTC',
    '2026-11-23T11:00:00.000+0100',
    '1795428000000',
  ])('is read from %s', (cell) => {
    expect(labelTimeMs(cell)).toBe(Date.UTC(2026, 10, 23, 10));
  });

  it.each([
    '2026-11-23T10:00:00',
    '2026-11-23',
    '2026-02-30T10:00:00Z',
    '1795428000',
    '1795428000000000',
    'soon',
  ])('is not read from %s, which has no zone or is not a time', (cell) => {
    expect(labelTimeMs(cell)).toBeNull();
  });
});
