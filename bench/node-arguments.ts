import { fileURLToPath } from 'node:url';

const PROBE = fileURLToPath(new URL('./main-thread-probe.ts', import.meta.url));

/** Node's arguments for a process with the probe inside. */
export const PROBE_ARGS: readonly string[] = ['--import', PROBE];
