import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeatureWrite } from '../../../../service/application/ports/feature-store.ts';
import { writeParts } from '../../../../service/feature-store/redis/write-parts.ts';
import { aRow } from '../../../port-suites/feature-store-contract.ts';

const aWrite = (topics: number): FeatureWrite => ({
  row: aRow({ topics: Array.from({ length: topics }, (_, index) => `#${index}`) }),
  ttlSeconds: 60,
});
const entitiesOf = (part: readonly FeatureWrite[]) =>
  part.reduce((sum, { row }) => sum + 1 + row.topics.length, 0);

describe('writeParts', () => {
  it('keeps a usual batch together', () => {
    expect(writeParts([aWrite(1), aWrite(2)])).toHaveLength(1);
    expect(writeParts([])).toEqual([]);
  });

  it('keeps every write in its place, and at most 200 users and topics in a part', () => {
    const writes = fc.array(fc.integer({ min: 0, max: 64 }).map(aWrite), { maxLength: 100 });
    fc.assert(
      fc.property(writes, (given) => {
        const parts = writeParts(given);
        expect(parts.flat()).toEqual(given);
        for (const part of parts) expect(entitiesOf(part)).toBeLessThanOrEqual(200);
      }),
    );
  });
});
