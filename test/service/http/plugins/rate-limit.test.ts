import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressKey } from '../../../../service/http/plugins/rate-limit.ts';

/** The longest header that is read. */
const HEADER_CHARACTERS = 16_384;

describe('the rate limit key of an address', () => {
  it.each([
    ['203.0.113.7', 'address 203.0.113.7'],
    ['::ffff:203.0.113.7', 'address 203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', 'address 2001:db8:1:2::'],
    ['203.0.113.7:49152', 'address 203.0.113.7'],
    ['[2001:db8:1:2:3:4:5:6]:49152', 'address 2001:db8:1:2::'],
    ['[2001:db8:1:2:3:4:5:6]', 'address 2001:db8:1:2::'],
  ])('%s is %s', (address, key) => expect(addressKey(address)).toBe(key));

  it('is short and differs, whatever a proxy passes on as the address', () => {
    const long = fc.string({ minLength: 65, maxLength: HEADER_CHARACTERS, unit: 'grapheme' });
    fc.assert(
      fc.property(long, (address) => {
        expect(addressKey(address).length).toBeLessThanOrEqual('address '.length + 64);
        expect(addressKey(`${address}1`)).not.toBe(addressKey(`${address}2`));
      }),
    );
  });
});
