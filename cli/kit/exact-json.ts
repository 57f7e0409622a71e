/** JSON's functions for numbers as they are written; TypeScript does not know these yet. */
export const { parse: parseWithSource, rawJSON } = JSON as unknown as {
  readonly parse: (
    json: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

/**
 * The value of JSON, in which integers that a number would round are text of all their digits.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseExactly(json: string): unknown {
  return parseWithSource(json, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
      ? source
      : value,
  );
}
