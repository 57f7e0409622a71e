import { describe, expect, it } from '@jest/globals';
import { bucketOf } from '../../../../../cli/models/convert/graph/relative-positions.ts';
import { readFixture } from '../helpers/fixtures.ts';

describe('the bucket of a relative position', () => {
  it('is the one that transformers gives, for distances from -200 to 200', () => {
    const buckets = Array.from({ length: 401 }, (_, at) => bucketOf(at - 200, 32));
    expect(buckets).toEqual(readFixture('buckets.json'));
  });
});
