import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadSentiments } from '../../../../cli/evaluate/concept-drift/load-sentiments.ts';
import { parseLabel } from '../../../../cli/evaluate/parse-label.ts';
import { ScratchDatabase } from '../../../../cli/kit/scratch-database.ts';

/** Spreadsheets leave no-break spaces behind. */
const SPACED = [' positive ', '\tneutral', 'negative\u00a0'];
const CELLS = ['negative', 'Neutral', 'POSITIVE', ...SPACED, '0', '1.0', 'LABEL_2', 'label_0'];

it('labels of a file are read as those of `--data` are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'labels-'));
  const path = join(folder, 'labels.csv');
  const lines = CELLS.map((cell, index) => `${index + 1},1795435200000,${cell}\n`);
  await writeFile(path, `entity,event_timestamp,label\n${lines.join('')}`);
  const database = await ScratchDatabase.open(folder, new AbortController().signal);
  try {
    expect(await loadSentiments(database, path)).toBe(CELLS.length);
    const rows = await database.query('SELECT label FROM labels ORDER BY entity::INTEGER');
    expect(rows.map(({ label }) => label)).toEqual(CELLS.map(parseLabel));
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
});
