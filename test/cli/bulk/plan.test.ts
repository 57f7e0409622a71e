import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSplittable, parseRange } from '../../../cli/bulk/contract.ts';
import { type ListedObject, planItems, RANGE_BYTES } from '../../../cli/bulk/plan.ts';

const ENDINGS = ['jsonl', 'ndjson', 'txt', 'csv', 'tsv', 'jsonl.gz', 'csv.gz', 'parquet'];
const objects = fc.uniqueArray(
  fc.record({
    key: fc
      .tuple(fc.string({ minLength: 1 }), fc.constantFrom(...ENDINGS))
      .map(([name, ending]) => `input/${name}.${ending}`),
    bytes: fc.integer({ min: 0, max: 5_000 }),
  }),
  { selector: ({ key }) => key },
);

describe('a plan', () => {
  it('covers each byte of each object once, in ranges of a bounded size', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 700 }), (listed, rangeBytes) => {
        const { items } = planItems('b', listed, rangeBytes);
        for (const { key, bytes } of listed) {
          const own = items.filter(({ item }) => item.input === `s3://b/${key}`);
          let next = 0;
          for (const { item, bytes: size } of own) {
            const range =
              item.range === undefined ? { start: 0, end: bytes } : parseRange(item.range);
            expect(range?.start).toBe(next);
            expect(Math.min(range!.end, bytes) - range!.start).toBe(size);
            next = Math.min(range!.end, bytes);
            if (isSplittable(key)) expect(size).toBeLessThanOrEqual(rangeBytes);
          }
          expect(next).toBe(bytes);
        }
        expect(items.every(({ bytes }) => bytes > 0)).toBe(true);
      }),
    );
  });

  it('gives an object that has grown the ranges from before, and more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        (before, growth) => {
          const itemsOf = (bytes: number) =>
            planItems('b', [{ key: 'input/a.jsonl', bytes }], 700).items.map(({ item }) => item);
          const earlier = itemsOf(before);
          expect(itemsOf(before + growth).slice(0, earlier.length)).toEqual(earlier);
        },
      ),
    );
  });

  it('cuts an object of lines at the same places, whatever its size', () => {
    const bytes = 2 * RANGE_BYTES + 1;
    const { items } = planItems('b', [
      { key: 'input/large.jsonl', bytes },
      { key: 'input/small.jsonl', bytes: RANGE_BYTES },
    ]);
    expect(items.map(({ item }) => item)).toEqual([
      { input: 's3://b/input/large.jsonl', range: `0-${RANGE_BYTES}` },
      { input: 's3://b/input/large.jsonl', range: `${RANGE_BYTES}-${2 * RANGE_BYTES}` },
      { input: 's3://b/input/large.jsonl', range: `${2 * RANGE_BYTES}-${3 * RANGE_BYTES}` },
      { input: 's3://b/input/small.jsonl', range: `0-${RANGE_BYTES}` },
    ]);
  });

  it.each(['csv', 'csv.gz', 'jsonl.gz', 'parquet'])('never cuts .%s', (ending) => {
    const listed: ListedObject[] = [{ key: `input/a.${ending}`, bytes: 100 * RANGE_BYTES }];
    expect(planItems('b', listed).items.map(({ item }) => item)).toEqual([
      { input: `s3://b/input/a.${ending}` },
    ]);
  });

  it('names objects of another format, and counts empty ones', () => {
    const plan = planItems('b', [
      { key: 'input/readme.md', bytes: 10 },
      { key: 'input/_SUCCESS', bytes: 0 },
      { key: 'input/packed.parquet.gz', bytes: 10 },
      { key: 'input/empty.csv', bytes: 0 },
    ]);
    expect(plan).toEqual({
      items: [],
      objects: [],
      unknown: ['input/readme.md', 'input/_SUCCESS', 'input/packed.parquet.gz'],
      empty: 1,
    });
  });
});
