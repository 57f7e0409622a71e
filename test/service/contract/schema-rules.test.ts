import { describe, expect, it } from '@jest/globals';
import Type, { type TSchema } from 'typebox';
import Value from 'typebox/value';
import { brokenRule } from '../../../service/contract/schema-rules.ts';

describe('the rule of a schema that a value breaks', () => {
  it.each<[string, TSchema, unknown]>([
    ['must be an object', Type.Object({}), []],
    ['must be an array', Type.Array(Type.String()), 'a'],
    ['must be a string', Type.String(), 1],
    ['must be an integer', Type.Integer(), 'a'],
    ['must be a number', Type.Number(), 'a'],
    ['must be true or false', Type.Boolean(), 'a'],
    ['must be null', Type.Null(), 'a'],
    ['is empty', Type.Array(Type.String(), { minItems: 1 }), []],
    ['must have at least 2 items', Type.Array(Type.String(), { minItems: 2 }), []],
    ['must have at most 1 item', Type.Array(Type.String(), { maxItems: 1 }), ['a', 'b']],
    ['is empty', Type.String({ minLength: 1 }), ''],
    ['must have at least 2 characters', Type.String({ minLength: 2 }), 'a'],
    ['must have at most 3 characters', Type.String({ maxLength: 3 }), 'abcd'],
    ['must be 1 or more', Type.Integer({ minimum: 1 }), 0],
    ['must be 5 or less', Type.Integer({ maximum: 5 }), 6],
    ['must be "words"', Type.Enum(['words']), 'letters'],
    ['must be "a" or "b"', Type.Enum(['a', 'b']), 'c'],
  ])('reads: %s', (words, schema, value) => {
    const [error] = Value.Errors(schema, value);
    expect(error && brokenRule(error)).toBe(words);
  });

  it('keeps the words of the validator for every other rule', () => {
    expect(brokenRule({ keyword: 'const', params: {}, message: 'must be equal to 1' })).toBe(
      'must be equal to 1',
    );
  });

  it('names each type that is allowed', () => {
    expect(brokenRule({ keyword: 'type', params: { type: ['string', 'null'] } })).toBe(
      'must be a string or null',
    );
  });
});
