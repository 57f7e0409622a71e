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
  it('names what a tweet has', () => {
    expect(keys.row('123', IDENTITY)).toBe('tss:t:123:0123456789ab:1');
    expect(keys.index('123')).toBe('tss:i:123');
    expect(keys.tombstone('123')).toBe('tss:x:123');
  });

  it.each(['', '0', '0123', '-1', '1.0', '12 3', '1\n', 'abc', '12:34', '12345678901234567890'])(
    'builds no key from the id %j',
    (id) => {
      expect(() => keys.row(id, IDENTITY)).toThrow(RangeError);
      expect(() => keys.index(id)).toThrow(RangeError);
      expect(() => keys.tombstone(id)).toThrow(RangeError);
      expect(() => tweetName(id)).toThrow(RangeError);
      expect(() => userEntity(id)).toThrow(RangeError);
    },
  );

  it('names what a user and a topic have', () => {
    expect(keys.aggregates(userEntity('123'))).toBe('tss:u:123');
    expect(keys.aggregates(topicEntity('#a:b c'))).toBe('tss:g:#a:b c');
  });

  it.each(['', '#', '#A', ' a', 'a\nb', 'ｆull', '#a#b', 'x'.repeat(101)])(
    'builds no key from the topic %j',
    (topic) => {
      expect(() => topicEntity(topic)).toThrow(RangeError);
    },
  );

  it.each(['', 'a b', 'a:b', 'é', 'a\n', 'x'.repeat(51)])(
    'lets no username like %j into a key',
    (username) => {
      expect(() => checkedUsername(username)).toThrow(RangeError);
    },
  );

  it.each(['', '0123456789a', '0123456789abc', '0123456789AB', '*'])(
    'builds no key from the revision %j',
    (revision) => {
      expect(() => keys.row('1', { revision, preprocessingVersion: 1 })).toThrow(RangeError);
    },
  );

  it.each([-1, 1.5, Number.NaN])('builds no key from the preprocessing version %d', (version) => {
    expect(() =>
      keys.row('1', { revision: IDENTITY.revision, preprocessingVersion: version }),
    ).toThrow(RangeError);
  });
});
