import Type, { type TSchema } from 'typebox';
import Value from 'typebox/value';
import {
  ENVIRONMENT,
  type EnvironmentName,
  type EnvironmentVariable,
} from '../contract/environment.ts';
import { ENVIRONMENT_SCHEMA, type Settings } from './schema.ts';

/** Variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One thing that is wrong, in words that may be shown: a secret's value is never part of it. */
export interface Fault {
  readonly name: EnvironmentName;
  readonly problem: string;
}

export const ENVIRONMENT_NAMES = Object.keys(ENVIRONMENT) as EnvironmentName[];

/** Longest part of a wrong value that a message repeats. */
const SHOWN_CHARACTERS = 80;

/**
 * Reads every variable of the contract. An empty one counts as absent: that is how compose
 * files and task definitions write "not set".
 */
export function parseEnvironment(env: Environment): { settings: Settings; faults: Fault[] } {
  const faults: Fault[] = [];
  const entries = ENVIRONMENT_NAMES.map((name) => {
    const variable: EnvironmentVariable = ENVIRONMENT[name];
    const written = env[name] || variable.default;
    if (written === undefined) return [name, undefined];
    const schema = ENVIRONMENT_SCHEMA[name];
    const value = fromText(schema, written);
    if (!Value.Check(schema, value)) {
      const shown = variable.secret
        ? 'its value (a secret, not shown)'
        : JSON.stringify(written.slice(0, SHOWN_CHARACTERS));
      faults.push({ name, problem: `${shown} is not allowed; use ${schema.description}` });
    }
    return [name, value];
  });
  return { settings: Object.fromEntries(entries) as Settings, faults };
}

/** The value as its schema's type where it is written exactly so, else the text itself. */
function fromText(schema: TSchema, written: string): unknown {
  if (Type.IsInteger(schema) && /^(0|[1-9]\d*)$/.test(written)) return Number(written);
  if (Type.IsBoolean(schema) && /^(true|false)$/.test(written)) return written === 'true';
  return written;
}
