import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineQueue } from '../../../service/prediction-log/line-queue.ts';
import type { RecordLine } from '../../../service/prediction-log/record.ts';

function aLine(text: string, recordType: RecordLine['recordType'] = 'prediction'): RecordLine {
  return { recordType, createdTimestampMs: 0, text, bytes: text.length };
}

const texts = (lines: readonly RecordLine[]) => lines.map(({ text }) => text);

function filled(maxBytes: number, ...lines: RecordLine[]): LineQueue {
  const queue = new LineQueue(maxBytes);
  for (const line of lines) expect(queue.push(line)).toEqual([]);
  return queue;
}

describe('LineQueue', () => {
  it('gives lines out in their order, as many as one write may hold', () => {
    const queue = filled(100, aLine('a'), aLine('b'), aLine('c'), aLine('dddd'), aLine('e'));
    expect(texts(queue.take(2, 100))).toEqual(['a', 'b']);
    expect(texts(queue.take(9, 5))).toEqual(['c', 'dddd']);
    expect(texts(queue.take(9, 9))).toEqual(['e']);
    expect(queue.isEmpty).toBe(true);
  });

  it('gives out a line that is longer than the bound, alone', () => {
    const queue = filled(100, aLine('long'), aLine('b'));
    expect(texts(queue.take(9, 2))).toEqual(['long']);
  });

  it('drops a prediction that finds no room', () => {
    const queue = filled(2, aLine('a'), aLine('b'));
    expect(texts(queue.push(aLine('c')))).toEqual(['c']);
    expect(texts(queue.take(9, 9))).toEqual(['a', 'b']);
  });

  it('makes room for a tombstone by dropping the oldest predictions', () => {
    const queue = filled(3, aLine('x', 'tombstone'), aLine('a'), aLine('b'));
    expect(texts(queue.push(aLine('yy', 'tombstone')))).toEqual(['a', 'b']);
    expect(texts(queue.take(9, 9))).toEqual(['x', 'yy']);
  });

  it('drops a tombstone only where all is full of tombstones', () => {
    const queue = filled(1, aLine('x', 'tombstone'));
    expect(texts(queue.push(aLine('y', 'tombstone')))).toEqual(['y']);
  });

  it('takes lines back in front of what has come since', () => {
    const queue = filled(3, aLine('a'), aLine('b'));
    const taken = queue.take(1, 9);
    queue.push(aLine('c'));
    queue.putBack(taken);
    expect(texts(queue.take(9, 9))).toEqual(['a', 'b', 'c']);
  });

  it('never holds more than its bound, and loses no line without saying so', () => {
    const line = fc.record({ length: fc.integer({ min: 1, max: 5 }), purge: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        (all, max) => {
          const queue = new LineQueue(max);
          const lines = all.map(({ length, purge }, index) =>
            aLine(`${index}`.padEnd(length, '.'), purge ? 'tombstone' : 'prediction'),
          );
          const dropped = lines.flatMap((each) => queue.push(each));
          const kept = queue.take(Infinity, Infinity);
          expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(max);
          expect(new Set([...dropped, ...kept])).toEqual(new Set(lines));
          expect(dropped.length + kept.length).toBe(lines.length);
          expect([queue.hasTombstone, queue.isEmpty]).toEqual([false, true]);
        },
      ),
    );
  });
});
