import { fileURLToPath } from 'node:url';
import { PROBE_ARGS } from '../node-arguments.ts';
import { freePort, ServerProcess } from './server-process.ts';

const START_TIMEOUT_MS = 60_000;

/** Starts a server of bench/peers with settings, which it reads from the variable PEER. */
export async function startPeer(
  name: string,
  settings: object,
  { probe = false }: { readonly probe?: boolean } = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const file = fileURLToPath(new URL(`../peers/${name}.ts`, import.meta.url));
  return ServerProcess.start({
    command: process.execPath,
    args: [...(probe ? PROBE_ARGS : []), file],
    env: { PEER: JSON.stringify({ ...settings, port }) },
    readyPath: '/ready',
    port,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}
