/**
 * Ends the process with status 1, even if a worker thread hangs in native code.
 *
 * `process.exit()` joins every worker thread and would wait forever for a hung one. `execve`
 * replaces the whole process with its threads. Where Node lacks it (before 22.15, and on Windows)
 * SIGKILL ends the process with the status of the signal.
 */
export function exitNow(): never {
  if (typeof process.execve === 'function') {
    process.execve(process.execPath, [process.execPath, '--eval', 'process.exit(1)'], {});
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process outlived SIGKILL');
}
