import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

/** A statement that waits at the top level: a bundle runs it before what stands below. */
const WAITS = /^(?:try \{\n {2})?await \w(.*)/ms;

const sources = globSync(['service/**/*.ts', 'cli/**/*.ts']).filter((path) =>
  WAITS.test(readFileSync(path, 'utf8')),
);

it('sources that wait at their top level declare constants before', () => {
  expect(sources).toContain('service/main.ts');
  for (const path of sources) {
    const source = readFileSync(path, 'utf8');
    const [, below = ''] = WAITS.exec(source) ?? [];
    expect([path, below.match(/^(?:const|let) .*/gm)]).toEqual([path, null]);
  }
});
