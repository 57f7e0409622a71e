/**
 * `npm run bench:scaling -- [tokens] [batch] [workers]`: how the cost of a prediction grows with its tokens, its batch and the
 * workers, on both models. Writes bench/results/scaling-<date>.json; `npm run bench:publish` puts
 * it into docs/performance.md.
 */
import type { Bench } from '../bench.ts';
import { CannotRun } from '../cannot-run.ts';
import { LoadGenerator } from '../load/load-generator.ts';
import { describeMachine } from '../machine.ts';
import { MODEL_KEYS, type ModelKey } from '../model-key.ts';
import { loadModel } from '../models.ts';
import { writeResults } from '../report/results-file.ts';
import { describe } from '../report/table.ts';
import { loadTexts } from '../texts.ts';
import { measureScaling, PARTS, type Scaling } from './measurements.ts';

const say = (progress: string) => process.stderr.write(`  ${progress}\n`);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !PARTS.some((known) => known === part));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
  process.exit(2);
}
const parts = PARTS.filter((part) => wanted.length === 0 || wanted.includes(part));

const startedAt = new Date().toISOString();
const machine = await describeMachine();
console.log(describe(machine));
const models: Partial<Record<ModelKey, Scaling>> = {};
const load = await LoadGenerator.start();
try {
  for (const key of MODEL_KEYS) {
    try {
      const model = await loadModel(key, say);
      const bench: Bench = { model, texts: await loadTexts(model, say), load, say };
      models[key] = await measureScaling(bench, parts);
    } catch (error) {
      if (!(error instanceof CannotRun)) throw error;
      say(`${key}: ${error.message}`);
    }
  }
} finally {
  load.stop();
}
console.log(`Written to ${writeResults('scaling-', startedAt, { startedAt, machine, models })}`);
