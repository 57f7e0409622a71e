/**
 * Ends the process, even if a worker thread is or hangs in native code.
 *
 * `process.exit()` ends every worker thread first: it would wait forever for a hung one, and abort
 * the process for one that loads a model (Node-API throws into a dying environment). `execve`
 * replaces the whole process with its threads. Where Node lacks it (before 22.15, and on Windows)
 * SIGKILL ends the process with the status of the signal.
 */
export function exitNow(status = 1): never {
  if (typeof process.execve === 'function') {
    process.execve(process.execPath, [process.execPath, '--eval', `process.exit(${status})`], {});
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process outlived SIGKILL');
}
