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

/** Several values of one schema, none twice; as text they are separated by commas. */
export function list<Item extends TSchema>(
  item: Item,
  { minItems, maxItems }: { readonly minItems: number; readonly maxItems: number },
  description: string,
) {
  return described(Type.Array(item, { minItems, maxItems, uniqueItems: true }), description);
}

/** A path of the file system. */
export function path() {
  return text('^[^\\0]+$', 'a path');
}

/** A string that fits into a header without quoting. */
export function token() {
  return text('^[!-~]+$', 'visible ASCII characters without spaces');
}

/** Refuses the key/value JSON that the console of Secrets Manager stores: all of it would be the secret. */
const NO_JSON = '(?!\\{".*"\\}$)';

/** A secret that is sent to another service. */
export function bearerToken() {
  return text(
    `^${NO_JSON}[!-~]+$`,
    'visible ASCII characters without spaces, as plain text instead of JSON',
  );
}

/** Secrets that are all accepted, so that one can be replaced without an interruption. */
export function tokens(name: string) {
  return text(
    `^${NO_JSON}[!-+\\--~]+(,[!-+\\--~]+)*$`,
    `${name} of visible ASCII characters, separated by single commas, none of them empty, as plain text instead of JSON`,
  );
}

/** An http or https address; credentials belong into variables that are secret. */
export function webAddress({ query }: { readonly query: 'allowed' | 'refused' }) {
  return described(
    Type.Refine(Type.String(), (value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        (url.protocol === 'https:' || url.protocol === 'http:') &&
        url.hostname !== '' &&
        url.username + url.password === '' &&
        !value.includes('#') &&
        (query === 'allowed' || !value.includes('?'))
      );
    }),
    `an address that starts with https:// or http:// and names a host, without user and password${query === 'allowed' ? ' or #' : ', ? or #'}`,
  );
}

/** HTTP headers as OpenTelemetry's SDK reads them; it would leave out a pair that it cannot parse. */
export function headerList() {
  return described(
    Type.Refine(Type.String(), (value) =>
      value
        .split(',')
        .every((pair) => /^[\w!#$&'*+.^`|~-]+=[!-:<-~]+$/.test(pair) && isSendable(pair)),
    ),
    'name=value pairs separated by commas, a space as %20, such as authorization=Bearer%20TOKEN',
  );
}

/** A header holds neither line breaks nor characters beyond U+00FF. */
function isSendable(pair: string): boolean {
  const value = pair.slice(pair.indexOf('=') + 1);
  return isDecodable(value) && /^[\t\x20-\x7e\x80-\xff]*$/.test(decodeURIComponent(value));
}

/** An origin as browsers send it. */
export function origin() {
  return described(
    Type.Refine(Type.String(), (value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        /^https?:$/.test(url.protocol) &&
        url.origin === value &&
        !value.includes('*')
      );
    }),
    'an origin such as https://app.example.com',
  );
}

/** An address of Redis, optionally with credentials and the number of a database. */
export function redisAddress() {
  return described(
    Type.Refine(Type.String(), (value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        (url.protocol === 'redis:' || url.protocol === 'rediss:') &&
        url.hostname !== '' &&
        isDecodable(url.username + url.password) &&
        url.search + url.hash === '' &&
        /^\/?(?:0|[1-9]\d{0,8})?$/.test(url.pathname)
      );
    }),
    'an address that starts with redis:// or rediss:// and names a host, in which a % stands as %25, and may end with a database number such as /1',
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
