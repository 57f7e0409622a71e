import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AcceptedWork, UNDER_WAY } from '../../../../service/inference/scheduling/accepted-work.ts';

describe('accepted work', () => {
  it('is told by deadline, earliest first, what is under way before all', () => {
    const work = new AcceptedWork();
    work.add(5, 2000);
    work.add(3, 1000);
    work.add(7, UNDER_WAY);
    expect(work.due).toMatchObject([
      { deadlineAtMs: UNDER_WAY, cost: 7 },
      { deadlineAtMs: 1000, cost: 3 },
      { deadlineAtMs: 2000, cost: 5 },
    ]);
    expect(work.cost).toBe(15);
  });

  it('counts deadlines within a tenth of a second as the earliest of them', () => {
    const work = new AcceptedWork();
    work.add(1, 1099.9);
    work.add(2, 1000);
    expect(work.due).toMatchObject([{ deadlineAtMs: 1000, cost: 3 }]);
  });

  it('refuses to take out what was never added', () => {
    expect(() => new AcceptedWork().remove(1, 1000)).toThrow('No work is due at 1000 ms');
  });

  it('is what was added and not taken out, in order, and nothing in the end', () => {
    const deadline = fc.oneof(fc.constant(UNDER_WAY), fc.double({ min: 0, max: 1e4, noNaN: true }));
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
