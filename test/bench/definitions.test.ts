import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const GATE_NAMES: Readonly<Record<string, string>> = { roberta: 'RoBERTa', minilm: 'MiniLM' };
const DEFINITION =
  /\bid: '(B\w+)',.*?better: '(\w+)',\s*floor: ([\d.]+),\s*aim: ([\d.]+),(.*?)\brun\b/gs;

/** Read as text: the benchmarks import native modules that Jest cannot load. */
function benchmarksOf(path: string): string[][] {
  return [...readFileSync(path, 'utf8').matchAll(DEFINITION)].map(
    ([, id = '', better = '', floor = '', aim = '', rest = '']) => {
      const [, gate = ''] = /gate: '(\w+)'/.exec(rest) ?? [];
      return [id, better, floor, aim, GATE_NAMES[gate] ?? ''];
    },
  );
}

it('bench/README.md defines every benchmark with its bounds and its gate', () => {
  const rows = readFileSync('bench/README.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| B\d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, id, , , , ...bounds]) => [id, ...bounds.slice(0, 4)]);
  expect(rows).toHaveLength(21);
  expect(rows.toSorted()).toEqual(
    globSync('bench/benchmarks/*.ts').flatMap(benchmarksOf).toSorted(),
  );
});
