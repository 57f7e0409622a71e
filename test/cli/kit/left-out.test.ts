import { expect, it } from '@jest/globals';
import { LeftOut } from '../../../cli/kit/left-out.ts';
import { refusalIn } from '../../../cli/kit/refusal.ts';

it('an item that a service refuses is named with the code and the reason', () => {
  const announced: string[] = [];
  const leftOut = new LeftOut('rows.csv', (message) => announced.push(message));
  const detail = 'The scores of tweet 1 must sum to 1, got 2.';
  leftOut.refused('line 2', refusalIn({ code: 'invalid_request', detail }));
  leftOut.refused('line 3', refusalIn({ code: 7, detail: 'x'.repeat(1_000) }, 'status 400'));
  leftOut.refused('line 4', refusalIn(null));
  expect(announced).toEqual([
    'rows.csv: line 2 is not stored (invalid_request): The scores of tweet 1 must sum to 1, got 2.',
    `rows.csv: line 3 is not stored (status 400): ${'x'.repeat(300)}.`,
    'rows.csv: line 4 is not stored (unknown).',
  ]);
  expect(leftOut.lines).toBe(0);
});
