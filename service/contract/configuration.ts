/**
 * Reads configuration values against their definitions and collects every fault. The service's
 * environment and a stage's context are read by the same code.
 */
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { ValueSchema } from './schemas.ts';

/** Definition of one configuration value. */
export interface Definition {
  readonly schema: ValueSchema;
  /** The value where none is given; absent: the setting stays undefined. */
  readonly default?: unknown;
  /** The value never appears in a message. */
  readonly secret?: true;
}

export type Definitions = Readonly<Record<string, Definition>>;

/** The values by name: undefined only where the definition has no default. */
export type ValuesOf<D extends Definitions> = {
  readonly [Name in keyof D]:
    | Static<D[Name]['schema']>
    | (D[Name] extends { readonly default: unknown } ? never : undefined);
};

/** A fault in words that may be shown; the value of a secret is never part of it. */
export interface Fault {
  readonly name: string;
  /** Follows the name and a colon, without a full stop: the value and the remedy. */
  readonly problem: string;
}

/** Cross-field validation; skipped while one of its values is at fault by itself. */
export interface Rule<Values> {
  /** The values that the rule reads; a fault is reported for the first. */
  readonly names: readonly (keyof Values & string)[];
  /** Undefined: no fault. */
  readonly problem: (values: Values) => string | undefined;
}

/** A maker of rules that may read the values they name, and no others. */
export function rulesFor<Values>() {
  return <Name extends keyof Values & string>(
    names: readonly [Name, ...Name[]],
    problem: (values: Pick<Values, Name>) => string | undefined,
  ): Rule<Values> => ({ names, problem });
}

/** Longest part of a wrong value that a message repeats. */
const SHOWN_CHARACTERS = 80;

/**
 * Reads each defined value. A value at fault is replaced by its default.
 *
 * @param written values as text or already typed; undefined: not given
 */
export function readValues<D extends Definitions>(
  definitions: D,
  written: Readonly<Record<string, unknown>>,
  rules: readonly Rule<ValuesOf<D>>[] = [],
): { values: ValuesOf<D>; faults: Fault[] } {
  const faults: Fault[] = [];
  const entries = Object.entries(definitions).map(([name, definition]) => {
    const given = Object.hasOwn(written, name) ? written[name] : undefined;
    if (given === undefined) return [name, definition.default];
    const value = typeof given === 'string' ? fromText(definition.schema, given) : given;
    if (Value.Check(definition.schema, value)) return [name, value];
    faults.push({ name, problem: refusal(definition, given) });
    return [name, definition.default];
  });
  const values = Object.fromEntries(entries) as ValuesOf<D>;
  const wrong = new Set(faults.map(({ name }) => name));
  for (const { names, problem } of rules) {
    const [name = ''] = names;
    const found = names.some((read) => wrong.has(read)) ? undefined : problem(values);
    if (found !== undefined) faults.push({ name, problem: found });
  }
  return { values, faults };
}

/** All faults as one message. */
export function describeFaults(faults: readonly Fault[], where: string): string {
  const title = faults.length === 1 ? 'One fault' : `${faults.length} faults`;
  const lines = faults.map(({ name, problem }) => `  ${name}: ${problem}.`);
  return `${title} in the configuration ${where}:\n${lines.join('\n')}`;
}

function refusal({ schema, secret }: Definition, given: unknown): string {
  const shown = secret
    ? 'its value (a secret, not shown)'
    : withoutCredentials(String(JSON.stringify(given))).slice(0, SHOWN_CHARACTERS);
  return `${shown} is not allowed; use ${schema.description}`;
}

/** Hides what may be a user and a password in an address, even one that cannot be parsed. */
function withoutCredentials(shown: string): string {
  return shown.replace(/\/\/.*@/s, '//***@');
}

/** Text as the type of its schema where it is written exactly so, else the text itself. */
function fromText(schema: ValueSchema, written: string): unknown {
  if (Type.IsArray(schema)) return written.split(',').map((part) => part.trim());
  if (Value.Check(schema, written)) return written;
  if (/^(0|[1-9]\d*)$/.test(written)) return Number(written);
  if (/^(true|false)$/.test(written)) return written === 'true';
  return Type.IsRecord(schema) ? fromJson(written) : written;
}

function fromJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
