import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AcceptedWork, RUNNING } from '../../../../service/inference/scheduling/accepted-work.ts';

describe('accepted work', () => {
  it('lists its cost by deadline, earliest first, running work before all', () => {
    const work = new AcceptedWork();
    work.add(5, 2000);
    work.add(3, 1000);
    work.add(7, RUNNING);
    expect(work.due).toMatchObject([
      { deadlineAtMs: RUNNING, cost: 7 },
      { deadlineAtMs: 1000, cost: 3 },
      { deadlineAtMs: 2000, cost: 5 },
    ]);
    expect(work.cost).toBe(15);
  });

  it('counts deadlines of the same tenth of a second as one', () => {
    const work = new AcceptedWork();
    work.add(1, 1099.9);
    work.add(2, 1000);
    expect(work.due).toMatchObject([{ deadlineAtMs: 1000, cost: 3 }]);
  });

  it('refuses to remove work that was never added', () => {
    expect(() => new AcceptedWork().remove(1, 1000)).toThrow('No work is due at 1000 ms');
  });

  it('sums up what was added and not removed, in order, and is empty in the end', () => {
    const deadline = fc.oneof(fc.constant(RUNNING), fc.double({ min: 0, max: 1e4, noNaN: true }));
    const part = fc.record({ cost: fc.double({ min: 0.1, max: 100, noNaN: true }), deadline });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const work = new AcceptedWork();
        for (const { cost, deadline } of parts) work.add(cost, deadline);
        const deadlines = work.due.map(({ deadlineAtMs }) => deadlineAtMs);
        expect(deadlines).toEqual([...new Set(deadlines)].toSorted((a, b) => a - b));
        expect(work.cost).toBeCloseTo(
          parts.reduce((sum, { cost }) => sum + cost, 0),
          6,
        );
        for (const { cost, deadline } of parts) work.remove(cost, deadline);
        expect([work.cost, work.due]).toEqual([0, []]);
      }),
    );
  });
});
