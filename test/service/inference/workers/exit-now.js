// Ends a process while one of its threads is inside a native call that takes 20 seconds.
import { spawnSync } from 'node:child_process';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  const { exitNow } = await import(process.argv[2]);
  const worker = new Worker(new URL(import.meta.url));
  worker.once('message', () => setTimeout(() => exitNow(1), 100));
} else {
  parentPort.postMessage('hanging');
  spawnSync('sleep', ['20']);
}
