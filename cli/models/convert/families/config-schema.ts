import Type, { type Static, type TInteger, type TObject, type TProperties } from 'typebox';
import Value from 'typebox/value';
import { ConversionError } from '../conversion-error.ts';

/** Above every published encoder: larger values are mistakes, and would only fill the memory. */
const MAX_SIZE = 1 << 16;
const MAX_VOCABULARY = 4_000_000;

/** A count; absent, it has the default that transformers gives the family. */
export function size(defaultValue: number): TInteger {
  return Type.Integer({ minimum: 1, maximum: MAX_SIZE, default: defaultValue });
}

export function vocabulary(defaultValue: number): TInteger {
  return Type.Integer({ minimum: 1, maximum: MAX_VOCABULARY, default: defaultValue });
}

export function tokenId(defaultValue: number): TInteger {
  return Type.Integer({ minimum: 0, maximum: MAX_VOCABULARY, default: defaultValue });
}

export function epsilon(defaultValue: number) {
  return Type.Number({ exclusiveMinimum: 0, maximum: 1, default: defaultValue });
}

/** @throws ConversionError naming every value that does not fit */
export function parseConfig<Properties extends TProperties>(
  schema: TObject<Properties>,
  json: unknown,
): Static<TObject<Properties>> {
  // transformers writes null for "not set".
  const given = Object.entries(json as object).filter(([, value]) => value !== null);
  const config = Value.Default(schema, Object.fromEntries(given));
  if (Value.Check(schema, config)) return config;
  const faults = Value.Errors(schema, config).map(({ instancePath, message, keyword, params }) => {
    const key = instancePath.slice(1);
    const value = JSON.stringify((config as Record<string, unknown>)[key]);
    const rule = keyword === 'const' ? `must be ${JSON.stringify(params.allowedValue)}` : message;
    return `${key} ${rule}, got ${value?.slice(0, 80)}`;
  });
  throw new ConversionError(`config.json cannot be used: ${faults.join('; ')}`);
}
