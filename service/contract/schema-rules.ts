/** The parts of a schema error that Ajv and TypeBox agree on. */
interface SchemaError {
  readonly keyword: string;
  readonly params: object;
  readonly message?: string | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'true or false',
  integer: 'an integer',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a string',
};

/** The rule that a value breaks, in words that follow its name: `must be an array`. */
export function brokenRule({ keyword, params, message = 'is not valid' }: SchemaError): string {
  const { type, limit, allowedValues } = params as {
    readonly type?: unknown;
    readonly limit?: unknown;
    readonly allowedValues?: readonly unknown[];
  };
  if (keyword === 'type') return `must be ${typesOf(type)}`;
  if ((keyword === 'minItems' || keyword === 'minLength') && limit === 1) return 'is empty';
  if (keyword === 'minItems') return `must have at least ${counted(limit, 'item')}`;
  if (keyword === 'maxItems') return `must have at most ${counted(limit, 'item')}`;
  if (keyword === 'minLength') return `must have at least ${counted(limit, 'character')}`;
  if (keyword === 'maxLength') return `must have at most ${counted(limit, 'character')}`;
  if (keyword === 'minimum') return `must be ${limit} or more`;
  if (keyword === 'maximum') return `must be ${limit} or less`;
  if (keyword === 'enum' && allowedValues) {
    return `must be ${allowedValues.map((value) => JSON.stringify(value)).join(' or ')}`;
  }
  return message;
}

function typesOf(type: unknown): string {
  return [type]
    .flat()
    .flatMap((name) => String(name).split(','))
    .map((name) => TYPES[name] ?? name)
    .join(' or ');
}

function counted(limit: unknown, unit: string): string {
  return `${limit} ${unit}${limit === 1 ? '' : 's'}`;
}
