/**
 * Ends the process at once with a code. `process.exit` waits for worker threads: for ever
 * when one hangs in native code, and when one is inside ONNX Runtime the process aborts.
 * Replacing the process image takes all threads along. Nothing is flushed: log synchronously
 * before.
 */
export function exitNow(code: number): never {
  // Node has it since 22.15; before, the exit code is that of a kill.
  process.execve?.(process.execPath, [process.execPath, '--eval', `process.exit(${code})`]);
  process.kill(process.pid, 'SIGKILL');
  throw new Error('The process has been killed');
}
