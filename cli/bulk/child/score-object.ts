/**
 * The program of a task: scores one object of S3, or a range of it, with the model of the image. Exit
 * codes: 0 done, 1 failed, 143 stopped by SIGTERM.
 */

import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { ANY_LANGUAGE } from '../../../service/contract/languages.ts';
import { DEFAULT_CERTAIN_MARGIN } from '../../../service/contract/model-manifest.ts';
import { ENVIRONMENT } from '../../../service/contract/variables.ts';
import { StartupError } from '../../../service/domain/errors.ts';
import {
  type Bundle,
  findBundle,
  readManifest,
} from '../../../service/inference/bundle/manifest.ts';
import { exitNow } from '../../../service/process/exit-now.ts';
import { counted } from '../../kit/counted.ts';
import { engineSettings } from '../../kit/environment.ts';
import { CliError } from '../../kit/errors.ts';
import { print, warn } from '../../kit/printable.ts';
import { startModel } from '../../kit/start-model.ts';
import type { ModelValues } from '../contract.ts';
import { S3Store } from './s3-store.ts';
import { type ItemEnd, scoreItem } from './score-item.ts';
import { taskArguments } from './task-arguments.ts';

/** The stack has ECS kill a task 60 seconds after SIGTERM; a Spot machine is taken after 120. */
const CLEAN_UP_MS = 15_000;

const STOPPED = 143;

const interruption = new AbortController();
process.on('SIGTERM', () => {
  setTimeout(exitNow, CLEAN_UP_MS, STOPPED).unref();
  interruption.abort();
});
exitNow(await run());

async function run(): Promise<0 | 1 | typeof STOPPED> {
  try {
    print(summaryOf(await scoreTask()));
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) {
      warn('stopped by SIGTERM; the item is to be repeated');
      return STOPPED;
    }
    const isExplained = error instanceof CliError || error instanceof StartupError;
    warn(isExplained ? error.message : inspect(error));
    return 1;
  }
}

async function scoreTask(): Promise<ItemEnd> {
  const { signal } = interruption;
  const task = taskArguments(process.argv.slice(2));
  const { model: name, workers } = engineSettings();
  const modelsDir = resolve(process.env.MODELS_DIR || ENVIRONMENT.MODELS_DIR.default);
  const bundle = findBundle(await readManifest(modelsDir), name);
  return scoreItem(task, {
    store: new S3Store(process.env, signal),
    model: { name, revision: bundle.revision, values: valuesOf(bundle) },
    startModel: () =>
      startModel({
        name,
        ...(workers !== undefined && { workers }),
        modelsDir,
        workerUrl: new URL('./inference-worker.js', import.meta.url),
      }),
    now: () => new Date(),
    signal,
  });
}

function valuesOf({ labels, languages, maxTokens, certainMargin }: Bundle): ModelValues {
  return {
    labels,
    languages: languages ?? [ANY_LANGUAGE],
    max_tokens: maxTokens,
    certain_margin: certainMargin ?? DEFAULT_CERTAIN_MARGIN,
  };
}

function summaryOf({ report, wasDone }: ItemEnd): string {
  const { input, range, scored, left_out, seconds, output } = report;
  const item = range === undefined ? input : `${input}, bytes ${range}`;
  if (wasDone) return `${item}: done already, see ${output}`;
  return `${item}: ${counted(scored, 'text')} scored, ${left_out} left out, ${seconds} s; ${output}`;
}
