import { describe, expect, it } from '@jest/globals';
import { type AdminClient, ServiceRefusal } from '../../../cli/clients/admin-client.ts';
import { type Outcome, sendDivided } from '../../../cli/clients/send-divided.ts';
import { CliError } from '../../../cli/kit/errors.ts';

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

/** Sends four items to a service. @returns items of its calls, those of divisible ones, and outcomes */
async function sent(answer: (items: readonly string[]) => unknown) {
  const calls: string[] = [];
  const divisible: string[] = [];
  const outcomes: [string, Outcome][] = [];
  const service: Pick<AdminClient, 'call'> = {
    call: async (method, path, body, { isDivisible = false } = {}) => {
      expect([method, path]).toEqual(['POST', '/items']);
      const { items } = body as { items: readonly string[] };
      calls.push(items.join(''));
      if (isDivisible) divisible.push(items.join(''));
      return answer(items);
    },
  };
  await sendDivided(
    ['a', 'b', 'c', 'd'],
    { service, path: '/items', bodyOf: (items) => ({ items }) },
    (item, outcome) => outcomes.push([item, outcome]),
  );
  return { calls, divisible, outcomes };
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

  it('are halved until the service answers in time, which one alone is waited for', async () => {
    const { calls, divisible, outcomes } = await sent((items) => {
      if (items.length > 1) throw late();
      return stored(items);
    });
    expect(calls).toEqual(['abcd', 'ab', 'a', 'b', 'cd', 'c', 'd']);
    expect(divisible).toEqual(['abcd', 'ab', 'cd']);
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

  it('are not halved when the service does not answer', async () => {
    const calls: number[] = [];
    const failing = sent((items) => {
      calls.push(items.length);
      throw new CliError('No service answers');
    });
    await expect(failing).rejects.toThrow('No service answers');
    expect(calls).toEqual([4]);
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
