/**
 * Ends the process with status 1 although a worker thread may hang in native code.
 *
 * `process.exit()` joins every worker thread and would wait for the hung one for ever.
 * `execve` replaces the whole process, its threads included; where Node has none (before
 * 22.15, and on Windows) SIGKILL ends it as surely, with a status that shows the signal.
 */
export function exitNow(): never {
  if (typeof process.execve === 'function') {
    process.execve(process.execPath, [process.execPath, '--eval', 'process.exit(1)'], {});
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process outlived SIGKILL');
}
