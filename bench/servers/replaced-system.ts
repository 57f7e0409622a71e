import { fileURLToPath } from 'node:url';
import { assetOf } from '../assets.ts';
import { VCPUS } from '../bench.ts';
import { CannotRun } from '../cannot-run.ts';
import type { BenchModel } from '../models.ts';
import { python } from '../python.ts';
import { freePort, ServerProcess } from './server-process.ts';

const FOLDER = fileURLToPath(new URL('../peers/replaced-system', import.meta.url));
const START_TIMEOUT_MS = 180_000;

/** The path that takes `{text}`. */
export const REPLACED_SYSTEM_PATH = '/inference';

/**
 * Starts the replaced system: one process, a thread per vCPU.
 *
 * @throws CannotRun
 */
export async function startReplacedSystem(
  model: BenchModel,
  say: (text: string) => void,
): Promise<ServerProcess> {
  if (!model.torchScriptPath) throw new CannotRun('the replaced system ran the RoBERTa shape only');
  const torchScript = await model.torchScriptPath();
  const port = await freePort();
  return ServerProcess.start({
    command: python('replaced-system', say),
    args: [
      '-m',
      'uvicorn',
      'app:app',
      `--app-dir=${FOLDER}`,
      `--port=${port}`,
      '--log-level=warning',
      '--no-access-log',
    ],
    env: {
      MODEL_DIR: assetOf('BENCH_MODELS_DIR', 'twitter-roberta-base-sentiment'),
      TORCHSCRIPT: torchScript,
      TORCH_THREADS: String(VCPUS),
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONWARNINGS: 'ignore',
    },
    readyPath: '/ready',
    port,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}
