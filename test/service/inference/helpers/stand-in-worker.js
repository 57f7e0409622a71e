/**
 * Stands in for the inference worker and obeys the first token id of a text. Its "logits" of a
 * text are the text's length, its first id and the size of its batch; a text that holds "~" of the
 * tiny bundle's tokenizer gets NaN.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const CRASH = 1;
const CRASH_ONCE = 2;
const HELD = 4;
/** Ids of the tiny bundle's tokenizer: begin of a text, and "~". */
const BEGIN = 0;
const TILDE = 131;

/** Indexes of the gate: permits that are left, held texts that are finished. */
const PERMITS = 0;
const FINISHED = 1;

/** `modelPath` is a folder in which the workers of a test leave marks. */
const { modelPath: folder, gate } = workerData;
if (existsSync(`${folder}/unloadable`)) throw new Error('The model is gone');
if (existsSync(`${folder}/held-at-start`)) passGate();

/** Blocks the thread, like native code, until the test gives a permit. */
function passGate() {
  for (;;) {
    const permits = Atomics.load(gate, PERMITS);
    if (permits === 0) Atomics.wait(gate, PERMITS, 0);
    else if (Atomics.compareExchange(gate, PERMITS, permits, permits - 1) === permits) return;
  }
}

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
    if (first === HELD) {
      passGate();
      Atomics.add(gate, FINISHED, 1);
    }
    const values = [length, first, lengths.length];
    const rowIds = ids.slice(at, at + length);
    if (first === BEGIN && rowIds.includes(TILDE)) values[1] = Number.NaN;
    logits.set(values, 3 * row);
    at += length;
  });
  parentPort.postMessage({ kind: 'logits', logits }, [logits.buffer]);
});
parentPort.postMessage({ kind: 'ready' });
