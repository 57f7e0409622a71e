import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly engines: { readonly node: string };
};
const oldest = engines.node.replace('>=', '');
const usual = readFileSync('.nvmrc', 'utf8').trim();

it('CI tests the oldest Node that package.json allows, the one of .nvmrc and a newer one', () => {
  const workflow = parse(readFileSync('.github/workflows/ci.yml', 'utf8'));
  const { node } = workflow.jobs.test.strategy.matrix;
  expect(node).toEqual([oldest, usual, expect.any(String)]);
  expect(Number(node.at(-1))).toBeGreaterThan(Number(usual));
});

it('workflows other than CI run on the Node of .nvmrc', () => {
  const versions = globSync('.github/workflows/*.yml').flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/node-version: "(.*)"/g)].map(([, version]) => version),
  );
  expect(new Set(versions)).toEqual(new Set([usual]));
});

it('README.md names the oldest Node that package.json allows', () => {
  expect(readFileSync('README.md', 'utf8')).toContain(`older than ${oldest},`);
});
