import { fileURLToPath } from 'node:url';
import { MALLOC_ENVIRONMENT, NODE_ARGUMENTS } from '../../service/contract/node-arguments.ts';
import type { EnvironmentName } from '../../service/contract/variables.ts';
import type { BenchModel } from '../models.ts';
import { PROBE_ARGS } from '../node-arguments.ts';
import { freePort, ServerProcess } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** A busy machine takes minutes for a model of 1 GB. */
const START_TIMEOUT_MS = 600_000;

export type ServedModel = Pick<BenchModel, 'modelsDir' | 'bundle'>;

export interface ServiceOptions {
  readonly model: ServedModel;
  /** Loads the probe, which answers `ServerProcess.ask`. */
  readonly probe: boolean;
  readonly env: Readonly<Partial<Record<EnvironmentName, string>>>;
}

/** Starts the built service with the given options only, and waits until it is ready. */
export async function startService({
  model,
  probe = false,
  env = {},
}: { model: ServedModel } & Partial<ServiceOptions>): Promise<ServerProcess> {
  const port = await freePort();
  return ServerProcess.start({
    command: process.execPath,
    args: [...NODE_ARGUMENTS, ...(probe ? PROBE_ARGS : []), MAIN],
    env: {
      ...MALLOC_ENVIRONMENT,
      PORT: String(port),
      MODELS_DIR: model.modelsDir,
      MODEL_NAME: model.bundle.name,
      ...env,
    },
    readyPath: '/readyz',
    port,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}
