import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import {
  failureReason,
  isRefusal,
  isTimeout,
} from '../../../../service/feature-store/redis/failures.ts';

describe('failureReason', () => {
  it.each<[unknown, string]>([
    [
      Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    [new Error('Command timed out'), 'Command timed out'],
    [
      new ReplyError('WRONGPASS invalid username-password pair'),
      'WRONGPASS invalid username-password pair',
    ],
    [
      new ReplyError("ERR unknown command 'MGET', with args beginning with: 'secret'"),
      "ERR unknown command 'MGET'",
    ],
    [new Error('Command queue state error. Last reply: secret'), 'Command queue state error.'],
    [new Error(''), 'Error'],
    [new Error('x'.repeat(500)), 'x'.repeat(200)],
    ['secret', 'unknown failure'],
    [undefined, 'unknown failure'],
  ])('of %s is %j', (error, reason) => {
    expect(failureReason(error)).toBe(reason);
  });
});

describe('a failure', () => {
  it('is a refusal if Redis has replied, and a time-out if it has not', () => {
    const [refusal, timeout] = [new ReplyError('OOM'), new Error('Command timed out')];
    expect([isRefusal(refusal), isTimeout(refusal)]).toEqual([true, false]);
    expect([isRefusal(timeout), isTimeout(timeout)]).toEqual([false, true]);
  });
});
