/** Schemas of configuration values, each with the words that complete the advice "use ...". */
import Type, { type TSchema } from 'typebox';

export type ValueSchema = TSchema & { readonly description: string };

export function described<Schema extends TSchema>(schema: Schema, description: string) {
  return Object.assign(schema, { description });
}

export function integer(minimum: number, maximum: number) {
  return described(Type.Integer({ minimum, maximum }), `an integer from ${minimum} to ${maximum}`);
}

export function boolean() {
  return described(Type.Boolean(), 'true or false');
}

export function oneOf<const Value extends string | number>(...values: readonly Value[]) {
  return described(Type.Enum([...values]), values.join(', ').replace(/, (\S+)$/, ' or $1'));
}

export function text(pattern: string, description: string) {
  return described(Type.String({ pattern }), description);
}

/** A path of the file system. */
export function path() {
  return text('^[^\\0]+$', 'a path');
}

/** A string that fits into a header without quoting. */
export function token() {
  return text('^[!-~]+$', 'visible ASCII characters without spaces');
}

export function address(...protocols: readonly string[]) {
  return described(
    Type.Refine(Type.String(), (value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        protocols.includes(url.protocol) &&
        url.hostname !== '' &&
        isDecodable(url.username + url.password)
      );
    }),
    `an address that starts with ${protocols.join('// or ')}// and names a host, in which a % stands as %25`,
  );
}

function isDecodable(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}
