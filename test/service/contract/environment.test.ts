import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { generatedDocuments } from '../../../script/lib/generated-documents.ts';
import { loadConfig } from '../../../service/config/config.ts';
import { ENVIRONMENT_SCHEMA } from '../../../service/config/schema.ts';
import { ENVIRONMENT, type EnvironmentVariable } from '../../../service/contract/environment.ts';
import {
  DEFAULT_LIMITS,
  DEFAULT_PORT,
  DEFAULT_SHUTDOWN_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
} from '../../../service/contract/http.ts';

const VARIABLES = Object.entries<EnvironmentVariable>(ENVIRONMENT);
const NAMES = Object.keys(ENVIRONMENT);

describe('the environment of the contract', () => {
  it('is what the configuration reads, name by name', () => {
    expect(Object.keys(ENVIRONMENT_SCHEMA).toSorted()).toEqual(NAMES.toSorted());
  });

  it('has the defaults that the HTTP contract publishes', () => {
    const { listen, shutdownTimeoutMs, http } = loadConfig({});
    expect(listen.port).toBe(DEFAULT_PORT);
    expect(shutdownTimeoutMs).toBe(DEFAULT_SHUTDOWN_TIMEOUT_MS);
    expect(http.keepAliveTimeoutMs).toBe(KEEP_ALIVE_TIMEOUT_MS);
    expect(http.limits).toEqual(DEFAULT_LIMITS);
  });

  it('has no default for a secret', () => {
    const secrets = VARIABLES.filter(([, { secret }]) => secret);
    expect(secrets.length).toBeGreaterThan(0);
    for (const [, variable] of secrets) expect(variable.default).toBeUndefined();
  });
});

describe('.env.example', () => {
  const example = readFileSync('.env.example', 'utf8');
  const uncommented = parseEnv(example.replaceAll(/^#(?=\w+=)/gm, ''));

  it('sets nothing as it stands', () => {
    expect(parseEnv(example)).toEqual({});
  });

  it('has every variable of the contract and no other', () => {
    expect(Object.keys(uncommented).toSorted()).toEqual(NAMES.toSorted());
  });

  it('shows the defaults', () => {
    expect(loadConfig(uncommented)).toEqual(loadConfig({}));
    for (const [name, variable] of VARIABLES) {
      expect([name, uncommented[name]]).toEqual([name, variable.default ?? '']);
    }
  });
});

describe("the README's configuration table", () => {
  it('has a row for every variable of the contract and no other', () => {
    const readme = readFileSync('README.md', 'utf8');
    const table = /<!-- configuration:start -->([\s\S]*)<!-- configuration:end -->/.exec(readme);
    const rows = [...(table?.[1] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(rows).toEqual(NAMES);
  });
});

describe('generated documents', () => {
  it.each(generatedDocuments())('$path is fresh (npm run docs)', ({ path, content }) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});
