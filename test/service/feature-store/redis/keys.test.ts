import { describe, expect, it } from '@jest/globals';
import {
  checkedUsername,
  RedisKeys,
  topicEntity,
  tweetName,
  userEntity,
} from '../../../../service/feature-store/redis/keys.ts';
import { IDENTITY } from '../../../port-suites/feature-store-contract.ts';

const keys = new RedisKeys('tss:');

describe('RedisKeys', () => {
  it('names the keys of a tweet', () => {
    expect(keys.row('123', IDENTITY)).toBe('tss:t:123:0123456789ab:1');
    expect(keys.index('123')).toBe('tss:i:123');
    expect(keys.tombstone('123')).toBe('tss:x:123');
  });

  it.each(['', '0', '0123', '-1', '1.0', '12 3', '1\n', 'abc', '12:34', '12345678901234567890'])(
    'rejects the id %j',
    (id) => {
      expect(() => keys.row(id, IDENTITY)).toThrow(RangeError);
      expect(() => keys.index(id)).toThrow(RangeError);
      expect(() => keys.tombstone(id)).toThrow(RangeError);
      expect(() => tweetName(id)).toThrow(RangeError);
      expect(() => userEntity(id)).toThrow(RangeError);
    },
  );

  it('names the keys of a user and a topic', () => {
    expect(keys.aggregates(userEntity('123'))).toBe('tss:u:123');
    expect(keys.aggregates(topicEntity('#a:b c'))).toBe('tss:g:#a:b c');
  });

  it.each(['', '#', '#A', ' a', 'a\nb', 'ｆull', '#a#b', 'x'.repeat(101)])(
    'rejects the topic %j',
    (topic) => {
      expect(() => topicEntity(topic)).toThrow(RangeError);
    },
  );

  it.each(['', 'a b', 'a:b', 'é', 'a\n', 'x'.repeat(51)])('rejects the username %j', (username) => {
    expect(() => checkedUsername(username)).toThrow(RangeError);
  });

  it.each(['', '0123456789a', '0123456789abc', '0123456789AB', '*'])(
    'rejects the revision %j',
    (revision) => {
      expect(() => keys.row('1', { revision, preprocessingVersion: 1 })).toThrow(RangeError);
    },
  );

  it.each([-1, 1.5, Number.NaN])('rejects the preprocessing version %d', (version) => {
    expect(() =>
      keys.row('1', { revision: IDENTITY.revision, preprocessingVersion: version }),
    ).toThrow(RangeError);
  });
});
