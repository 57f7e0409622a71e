/**
 * `npm run bench:models -- [SHAPE ...]`: time, memory and result of `tss models add`, and the rate of
 * both formats, on random weights of real shapes. Writes bench/results/added-models-<date>.json;
 * `npm run bench:publish` puts it into docs/performance.md and docs/models.md.
 */
import { LoadGenerator } from '../load/load-generator.ts';
import { describeMachine } from '../machine.ts';
import { addedModelsTables } from '../report/added-models-tables.ts';
import { writeResults } from '../report/results-file.ts';
import { describe } from '../report/table.ts';
import { SHAPE_NAMES, type ShapeName } from '../stand-in/shapes.ts';
import { type MeasuredModel, measureAddedModel } from './measurements.ts';

const say = (progress: string) => process.stderr.write(`  ${progress}\n`);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SHAPE_NAMES.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`unknown shape ${unknown.join(', ')}; there are ${SHAPE_NAMES.join(', ')}`);
  process.exit(2);
}
const shapes = SHAPE_NAMES.filter((name) => wanted.length === 0 || wanted.includes(name));

const startedAt = new Date().toISOString();
const machine = await describeMachine();
console.log(describe(machine));
const models: Partial<Record<ShapeName, MeasuredModel>> = {};
const load = await LoadGenerator.start();
try {
  for (const shape of shapes) {
    models[shape] = await measureAddedModel(shape, load, say);
    // After each, so that a later failure loses nothing.
    const path = writeResults('added-models-', startedAt, { startedAt, machine, models });
    say(`written to ${path}`);
  }
} finally {
  load.stop();
}
console.log(addedModelsTables({ name: 'this run', startedAt, machine, models }));
