import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import {
  type Definitions,
  describeFaults,
  readValues,
  rulesFor,
  type ValuesOf,
} from '../../../service/contract/configuration.ts';
import { boolean, described, integer, oneOf, text } from '../../../service/contract/schemas.ts';

const DEFINITIONS = {
  count: { schema: integer(0, 10), default: 3 },
  size: { schema: oneOf(512, 1024) },
  isOn: { schema: boolean(), default: false },
  name: { schema: text('^[a-z0-9]+$', 'lower-case letters and digits') },
  key: { schema: text('^[a-z]+$', 'letters'), secret: true },
  more: { schema: described(Type.Record(Type.String(), Type.String()), 'a JSON object') },
} as const satisfies Definitions;

const rule = rulesFor<ValuesOf<typeof DEFINITIONS>>();
const RULES = [
  rule(['count', 'size'], ({ count, size }) =>
    count > 5 && size === 512 ? `${count} is too many for ${size}; use at most 5` : undefined,
  ),
];

describe('reading configuration values', () => {
  it('takes defaults where nothing is given, and undefined without one', () => {
    expect(readValues(DEFINITIONS, {})).toEqual({
      values: {
        count: 3,
        size: undefined,
        isOn: false,
        name: undefined,
        key: undefined,
        more: undefined,
      },
      faults: [],
    });
  });

  it('turns text into the type of its schema, and leaves digits that are text', () => {
    const written = { count: '7', size: '512', isOn: 'true', name: '123', more: '{"a":"1"}' };
    expect(readValues(DEFINITIONS, written).values).toMatchObject({
      count: 7,
      size: 512,
      isOn: true,
      name: '123',
      more: { a: '1' },
    });
  });

  it('takes values that are typed already', () => {
    const typed = { count: 7, size: 1024, isOn: true, more: { a: '1' } };
    expect(readValues(DEFINITIONS, typed)).toMatchObject({ values: typed, faults: [] });
  });

  it('reports every fault with the value and the remedy, and goes on with the defaults', () => {
    const { values, faults } = readValues(DEFINITIONS, { count: '1e1', size: '7', isOn: 'yes' });
    expect(values).toMatchObject({ count: 3, size: undefined, isOn: false });
    expect(describeFaults(faults, 'of a test')).toBe(
      `3 faults in the configuration of a test:
  count: "1e1" is not allowed; use an integer from 0 to 10.
  size: "7" is not allowed; use 512 or 1024.
  isOn: "yes" is not allowed; use true or false.`,
    );
  });

  it('shows the beginning of a long value, and nothing of a secret', () => {
    const { faults } = readValues(DEFINITIONS, { name: 'X'.repeat(10_000), key: 'hunter2' });
    expect(faults.map(({ problem }) => problem.length < 200)).toEqual([true, true]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  it('reports what a rule finds', () => {
    expect(readValues(DEFINITIONS, { count: '6', size: '512' }, RULES).faults).toEqual([
      { name: 'count', problem: '6 is too many for 512; use at most 5' },
    ]);
  });

  it('skips a rule while one of its values is at fault', () => {
    const { faults } = readValues(DEFINITIONS, { count: '6', size: 'x' }, RULES);
    expect(faults.map(({ name }) => name)).toEqual(['size']);
  });

  it('does not take a property of every object for a value', () => {
    const definitions = { constructor: { schema: text('.', 'any text') } } as const;
    expect(readValues(definitions, {}).faults).toEqual([]);
  });
});
