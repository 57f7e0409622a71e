import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly engines: { readonly node: string };
};
const oldest = engines.node.replace('>=', '');
const newest = readFileSync('.nvmrc', 'utf8').trim();

it('CI tests the oldest Node that package.json allows and the one of .nvmrc', () => {
  const workflow = parse(readFileSync('.github/workflows/ci.yml', 'utf8'));
  expect(workflow.jobs.test.strategy.matrix.node).toEqual([oldest, newest]);
});

it('README.md names the oldest Node that package.json allows', () => {
  expect(readFileSync('README.md', 'utf8')).toContain(`older than ${oldest},`);
});
