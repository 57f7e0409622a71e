import { availableParallelism } from 'node:os';
import type { LoadGenerator } from './load/load-generator.ts';
import type { BenchModel } from './models.ts';
import type { ServerProcess } from './servers/server-process.ts';
import { type ServiceOptions, startService } from './servers/service.ts';
import type { BenchText } from './texts.ts';

/** Tools and data of a benchmark. */
export interface Bench {
  readonly model: BenchModel;
  /** The mix of tweets, shuffled. */
  readonly texts: readonly BenchText[];
  readonly load: LoadGenerator;
  /** Prints progress on the terminal. */
  readonly say: (progress: string) => void;
}

/** vCPUs of the machine: the number of the service's workers and of the peers' threads. */
export const VCPUS = availableParallelism();

/** Requests under way at a saturated server: enough for batches to form. */
export const SATURATING_CONNECTIONS = 64;

/** Requests under way at a server that is busy, but has little waiting. */
export const MODERATE_CONNECTIONS = 16;

/** Measured time of one side of a throughput benchmark, and the warm-up before it. */
export const ARM_MS = 8_000;
export const WARM_UP_MS = 1_500;

/** Runs `use` with a service on the benchmark's model, and ends it also when `use` fails. */
export async function withService<T>(
  { model }: Bench,
  options: Partial<ServiceOptions>,
  use: (service: ServerProcess) => Promise<T>,
): Promise<T> {
  return withServer(startService({ model, ...options }), use);
}

/** Runs `use` with a server, and ends it also when `use` fails. */
export async function withServer<T>(
  starting: Promise<ServerProcess>,
  use: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
