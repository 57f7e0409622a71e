/**
 * A stand-in for the inference worker that does what a text's first token id says. Its
 * "logits" of a text are the text's length, its first id and the size of its batch.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const CRASH = 1;
const CRASH_ONCE = 2;
const HANG = 3;
const SLOW = 4;
const SLOW_MS = 60;
/** Far beyond the hang timeouts of the tests, yet not for ever. */
const HANG_MS = 1500;

/** The pool's model path: a folder, in which the workers remember what has happened. */
const folder = workerData.modelPath;
if (existsSync(`${folder}/unloadable`)) throw new Error('The model is gone');

const sleeper = new Int32Array(new SharedArrayBuffer(4));
if (existsSync(`${folder}/hangs-at-start`)) Atomics.wait(sleeper, 0, 0, HANG_MS);

parentPort.on('message', (message) => {
  if (message === 'close') {
    parentPort.close();
    return;
  }
  const { ids, lengths } = message;
  const logits = new Float32Array(3 * lengths.length);
  let at = 0;
  lengths.forEach((length, row) => {
    const first = ids[at];
    if (first === CRASH) throw new Error('crashed as told');
    if (first === CRASH_ONCE && !existsSync(`${folder}/crashed`)) {
      writeFileSync(`${folder}/crashed`, '');
      throw new Error('crashed as told, once');
    }
    if (first === HANG) Atomics.wait(sleeper, 0, 0, HANG_MS);
    if (first === SLOW) Atomics.wait(sleeper, 0, 0, SLOW_MS);
    logits.set([length, first, lengths.length], 3 * row);
    at += length;
  });
  parentPort.postMessage({ kind: 'logits', logits }, [logits.buffer]);
});
parentPort.postMessage({ kind: 'ready' });
