import { describe, expect, it } from '@jest/globals';
import { ServiceRefusal } from '../../../cli/clients/admin-client.ts';
import { type Outcome, sendDivided } from '../../../cli/clients/send-divided.ts';

const refusal = { code: 'invalid_request', reason: 'bad', exceedsDeadline: false };
const refused = (status: number) =>
  new ServiceRefusal('refused', { status, retryAfterMs: undefined, refusal });
const late = () =>
  new ServiceRefusal('late', {
    status: 503,
    retryAfterMs: 1_000,
    refusal: { ...refusal, code: 'overloaded', exceedsDeadline: true },
  });
const stored = (items: readonly string[]) => ({ results: items.map(() => ({ status: 'ok' })) });

/** Sends four items to a service. @returns sizes of its calls, and the outcome of each item */
async function sent(answer: (items: readonly string[]) => unknown) {
  const calls: string[] = [];
  const outcomes: [string, Outcome][] = [];
  await sendDivided(
    ['a', 'b', 'c', 'd'],
    async (items) => {
      calls.push(items.join(''));
      return answer(items);
    },
    (item, outcome) => outcomes.push([item, outcome]),
  );
  return { calls, outcomes };
}

describe('items that the service stores', () => {
  it('are sent at once', async () => {
    const { calls, outcomes } = await sent(stored);
    expect(calls).toEqual(['abcd']);
    expect(outcomes).toEqual(
      ['a', 'b', 'c', 'd'].map((item) => [item, { refusal: null, isOtherLanguage: false }]),
    );
  });

  it.each([400, 413])('are halved at a status %i until one is refused alone', async (status) => {
    const { calls, outcomes } = await sent((items) => {
      if (items.includes('c')) throw refused(status);
      return stored(items);
    });
    expect(calls).toEqual(['abcd', 'ab', 'cd', 'c', 'd']);
    expect(outcomes.map(([item, outcome]) => [item, outcome.refusal])).toEqual([
      ['a', null],
      ['b', null],
      ['c', refusal],
      ['d', null],
    ]);
  });

  it('are halved until the service answers in time', async () => {
    const { calls, outcomes } = await sent((items) => {
      if (items.length > 1) throw late();
      return stored(items);
    });
    expect(calls).toEqual(['abcd', 'ab', 'a', 'b', 'cd', 'c', 'd']);
    expect(outcomes.map(([item, outcome]) => [item, outcome.refusal])).toEqual(
      ['a', 'b', 'c', 'd'].map((item) => [item, null]),
    );
  });

  it('fail if one alone takes too long', async () => {
    const failing = sent(() => {
      throw late();
    });
    await expect(failing).rejects.toThrow('late');
  });

  it('are not halved at another status', async () => {
    const failing = sent(() => {
      throw refused(403);
    });
    await expect(failing).rejects.toThrow('refused');
  });

  it.each([[{}], [null], [stored(['a'])]])('need one result each, not %j', async (answer) => {
    await expect(sent(() => answer)).rejects.toThrow('one result per item');
  });
});
