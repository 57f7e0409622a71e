/**
 * Loaded into the service (`node --import`): an inference worker that gets a text of HANG_TOKENS
 * tokens opens a pipe without a writer. That is a native wait, like a hung session: neither
 * JavaScript nor `worker.terminate()` can end it.
 */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (message) => {
  const hangs = message?.lengths?.includes(Number(process.env.HANG_TOKENS));
  if (hangs) readFileSync(process.env.HANG_PIPE);
});
