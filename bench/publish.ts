/**
 * `npm run bench:publish -- [NAME ...]`: writes docs/performance.md and its charts from results of
 * bench/results: the newest run, scaling and added models, or those named. Of several runs, a later
 * one replaces what an earlier one says of the same benchmark. `--again` takes the results that are
 * published already, as `npm run docs` does.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { writeDocuments } from '../script/lib/write-documents.ts';
import { everyCpuDocument } from './report/every-cpu.ts';
import { performanceDocuments } from './report/performance.ts';
import {
  listOfPublished,
  type PublishedNames,
  readPublished,
  resultNames,
} from './report/published.ts';

/** @throws Error naming what there is */
function choose(given: readonly string[]): PublishedNames {
  const { runs, scalings, addedModels } = resultNames();
  const names = given.map((path) => basename(path, '.json'));
  const known = [...runs, ...scalings, ...addedModels];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`bench/results has no ${unknown.join(', ')}; it has ${known.join(', ')}`);
  }
  const chosen = names.filter((name) => runs.includes(name));
  const last = (kind: readonly string[]) =>
    names.findLast((name) => kind.includes(name)) ?? kind.at(-1) ?? null;
  return {
    runs: chosen.length > 0 ? chosen : runs.slice(-1),
    scaling: last(scalings),
    addedModels: last(addedModels),
  };
}

try {
  const names = process.argv.slice(2);
  if (names[0] !== '--again') {
    const list = listOfPublished(choose(names));
    writeFileSync(list.path, list.content);
  }
  writeDocuments([...performanceDocuments(readPublished()), everyCpuDocument()]);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
