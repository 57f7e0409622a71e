import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const HANG_WORKER = resolve('test/helpers/hang-worker.js');
const HANG_TOKENS = 200;

/** A trial as of `tss models add`, in which one batch hangs and another finds a fault. */
const COMMAND = `
  import { Command } from '@commander-js/extra-typings';
  import { runCommand } from './cli/kit/run-command.ts';
  import { WORKER_URL } from './cli/kit/inference-worker.ts';
  import { SourceError } from './cli/models/source.ts';
  import { TrialGraph } from './cli/models/trial-graph.ts';

  const graph = { graph: 'model.onnx', graphOptimization: 'basic', labels: [0, 1, 2], padId: 0 };
  const program = new Command('tss').action(() =>
    TrialGraph.use('models/minilm-tweet-sentiment', graph, WORKER_URL, async (trial) => {
      trial.together([{ text: 'hangs', ids: Array(${HANG_TOKENS}).fill(2054) }]).catch(() => {});
      throw new SourceError('the other batch has a fault', { retryable: false });
    }),
  );
  await runCommand(program, []);
`;

it('a command ends with its own error while a worker hangs in a native call', () => {
  const pipe = join(mkdtempSync(join(tmpdir(), 'hang-')), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const environment = {
    NODE_OPTIONS: `--import=${HANG_WORKER}`,
    HANG_TOKENS: String(HANG_TOKENS),
    HANG_PIPE: pipe,
  };
  const { status, signal, stderr } = spawnSync(process.execPath, ['--eval', COMMAND], {
    env: environment,
    encoding: 'utf8',
    timeout: 540_000,
    killSignal: 'SIGKILL',
  });
  expect([status, signal, stderr]).toEqual([1, null, 'the other batch has a fault\n']);
});
