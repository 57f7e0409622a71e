import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import {
  failureReason,
  isRefusal,
  isRowFault,
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
    [
      new ReplyError("CROSSSLOT Keys in request don't hash to the same slot"),
      "Redis runs in cluster mode, which is not supported: CROSSSLOT Keys in request don't hash to the same slot",
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

  it.each<[string, boolean]>([
    ['BADROW the content of a contribution is malformed script: 8f2, on @user_script:151.', true],
    ["ERR user_script:293: attempt to index local 'content' (a nil value) script: 8f2", true],
    [
      'ERR Error running script (call to f_8f2): @user_script:9: user_script:9: bad argument #1',
      true,
    ],
    ['OOM command not allowed script: 8f2, on @user_script:12.', false],
    [
      'READONLY You can not write against a read only replica. script: 8f2, on @user_script:1',
      false,
    ],
    ['ERR Error running script (call to f_8f2): @user_script:9: @user_script: 9: -READONLY', false],
    ['ERR ACL failure in script: User app has no permissions to run the hset command', false],
  ])('%s concerns one row: %s', (message, concernsOneRow) => {
    expect(isRowFault(new ReplyError(message))).toBe(concernsOneRow);
  });
});
