import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DeadlineQueue } from '../../../../service/inference/scheduling/deadline-queue.ts';

describe('a deadline queue', () => {
  it('deletes nothing that is not in it', () => {
    const queue = new DeadlineQueue();
    queue.add({ deadlineAtMs: 1 });
    expect(queue.delete({ deadlineAtMs: 1 })).toBe(false);
    expect(queue.size).toBe(1);
  });

  it('gives items by deadline and then by arrival, whatever was deleted between', () => {
    const operation = fc.record({
      deadlineAtMs: fc.nat(5),
      deletes: fc.boolean(),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const queue = new DeadlineQueue<{ deadlineAtMs: number }>();
        let expected: { deadlineAtMs: number }[] = [];
        for (const { deadlineAtMs, deletes, which } of operations) {
          const item = { deadlineAtMs };
          queue.add(item);
          expected = [...expected, item].toSorted((a, b) => a.deadlineAtMs - b.deadlineAtMs);
          const victim = expected[which % expected.length]!;
          if (!deletes) continue;
          expect(queue.delete(victim)).toBe(true);
          expected = expected.filter((other) => other !== victim);
        }
        for (const item of expected) {
          expect(queue.size).toBeGreaterThan(0);
          expect(queue.first).toBe(item);
          queue.delete(item);
        }
        expect(queue.first).toBeUndefined();
      }),
    );
  });
});
