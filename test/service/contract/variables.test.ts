import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import Value from 'typebox/value';
import { generatedDocuments } from '../../../script/lib/generated-documents.ts';
import { loadConfig } from '../../../service/config/config.ts';
import { ENVIRONMENT, type Variable, variableOf } from '../../../service/contract/variables.ts';

const VARIABLES = Object.entries<Variable>(ENVIRONMENT);
const NAMES = Object.keys(ENVIRONMENT);

describe('the variables of the contract', () => {
  it.each(VARIABLES.filter(([, variable]) => variable.default !== undefined))(
    '%s has a default that its schema accepts',
    (_name, { schema, default: value }) => {
      expect(Value.Check(schema, value)).toBe(true);
    },
  );

  it('have no default for a secret', () => {
    const secrets = VARIABLES.filter(([, { secret }]) => secret);
    expect(secrets.length).toBeGreaterThan(0);
    for (const [, variable] of secrets) expect(variable.default).toBeUndefined();
  });

  it.each(['constructor', 'toString', '__proto__', 'PORTS', ''])('do not include "%s"', (name) => {
    expect(variableOf(name)).toBeUndefined();
  });
});

describe('.env.example', () => {
  const example = readFileSync('.env.example', 'utf8');
  const uncommented = parseEnv(example.replaceAll(/^#(?=\w+=)/gm, ''));

  it('sets nothing as it stands', () => {
    expect(parseEnv(example)).toEqual({});
  });

  it('has every variable of the contract and no other (npm run docs)', () => {
    expect(Object.keys(uncommented).toSorted()).toEqual(NAMES.toSorted());
  });

  it('shows the defaults', () => {
    expect(loadConfig(uncommented)).toEqual(loadConfig({}));
    for (const [name, variable] of VARIABLES) {
      expect([name, uncommented[name]]).toEqual([name, String(variable.default ?? '')]);
    }
  });
});

describe('the table of docs/configuration.md', () => {
  it('has a row for every variable of the contract and no other (npm run docs)', () => {
    const document = readFileSync('docs/configuration.md', 'utf8');
    const table = /<!-- configuration:start -->([\s\S]*)<!-- configuration:end -->/.exec(document);
    const rows = [...(table?.[1] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(rows).toEqual(NAMES);
  });
});

describe('generated documents', () => {
  it.each(generatedDocuments())('$path is fresh (npm run docs)', ({ path, content }) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});
